import type { ReactNode } from 'react';
import { signIn } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { useUi } from '../state/ui-store.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { ModalDialog } from '../ui/ModalDialog.tsx';
import { AccountCard } from './AccountCard.tsx';
import { SignInProgress } from './SignInProgress.tsx';

function close(): void {
  useUi.setState({ isAccountsOpen: false });
}

function AddAccount(): ReactNode {
  const usesAz = useAppState((state) => state.identity.registration?.kind === 'az');
  if (usesAz) {
    return (
      <p className="soft small">
        The Azure CLI has one session. To use another account, sign in there with “az login”, then sign out
        and in here.
      </p>
    );
  }
  return (
    <section className="account-add" aria-label="Add an account">
      <p className="field-label">Add an account</p>
      <div className="button-row">
        <Button onPress={() => signIn('browser')}>Sign in with your browser</Button>
        <Button onPress={() => signIn('device-code')}>Use a device code</Button>
      </div>
    </section>
  );
}

/** Everybody who is signed in, and a place for one more; rendered once, while somebody is. */
export function AccountsDialog(): ReactNode {
  const isOpen = useUi((ui) => ui.isAccountsOpen);
  const accounts = useAppState((state) => state.accounts);
  const flow = useAppState((state) => state.signInFlow);
  if (!isOpen) return null;
  return (
    <ModalDialog title="Accounts" size="wide" onClose={close}>
      <div className="modal-body">
        {flow.kind !== 'none' && (
          <div className="account-progress">
            <SignInProgress flow={flow} />
          </div>
        )}
        {flow.kind === 'none' && flow.error !== null && <ErrorBlock error={flow.error} />}
        {Object.values(accounts).map((account) => (
          <AccountCard key={account.id} account={account} />
        ))}
        {flow.kind === 'none' && <AddAccount />}
      </div>
      <div className="modal-foot">
        <Button kind="primary" onPress={close}>
          Done
        </Button>
      </div>
    </ModalDialog>
  );
}
