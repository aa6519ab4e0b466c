import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Account } from '../../shared/account.ts';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { Trouble } from './Trouble.tsx';

/** The directories that another account is used in, though this one could be. */
function OtherDirectories({ account }: { readonly account: Account }): ReactNode {
  const accounts = useAppState((state) => state.accounts);
  const tenants = useAppState((state) => state.inventory.tenants);
  const others = account.tenants.filter((each) => each.servedBy !== account.id);
  return others.map(({ id, servedBy }) => {
    const name = tenants.find((tenant) => tenant.id === id)?.name ?? id;
    return (
      <div key={id} className="account-directory small">
        <span className="soft">
          In {name}, {accounts[servedBy]?.username ?? 'another account'} is used.
        </span>
        <Button
          kind="link"
          aria-label={`Use this account in ${name}`}
          onPress={() =>
            void run(bridge().calls['account:choose-for-tenant']({ tenantId: id, accountId: account.id }))
          }
        >
          Use this account
        </Button>
      </div>
    );
  });
}

/** One account: its state, where it is used, what it lacks, and signing it out. */
export function AccountCard({ account }: { readonly account: Account }): ReactNode {
  const tenants = useAppState((state) => state.inventory.tenants);
  const served = account.tenants
    .filter((each) => each.servedBy === account.id)
    .map(({ id }) => tenants.find((tenant) => tenant.id === id)?.name ?? id);
  const isReady = account.state === 'ready';
  return (
    <section className="account-card" aria-label={account.username}>
      <div className="account-head">
        <div className="account-who">
          <p className="account-name">{account.name}</p>
          <p className="soft small selectable">{account.username}</p>
        </div>
        <p className="account-state small">
          {isReady ? (
            <CircleCheck className="icon good" aria-hidden />
          ) : (
            <CircleAlert className="icon warn" aria-hidden />
          )}
          {isReady ? 'Signed in' : 'Needs attention'}
        </p>
        <Button
          aria-label={`Sign out ${account.username}`}
          onPress={() => void run(bridge().calls['account:sign-out']({ accountId: account.id }))}
        >
          Sign out
        </Button>
      </div>
      {served.length > 0 && <p className="soft small">Used in {served.join(', ')}</p>}
      <OtherDirectories account={account} />
      {account.error !== null && <Trouble account={account} error={account.error} tenantId={null} />}
      {account.troubles.map(({ id, error }) => (
        <Trouble key={id} account={account} error={error} tenantId={id} />
      ))}
    </section>
  );
}
