import { Check, ClipboardCopy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Account } from '../../shared/account.ts';
import type { AppError } from '../../shared/errors.ts';
import { copyText, refreshInventory, repairAccount } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { askAdminText } from './ask-admin.ts';
import { canSignInMend } from './trouble-words.ts';

interface TroubleProps {
  readonly account: Account;
  readonly error: AppError;
  /** The directory that it is about; null: the account as a whole. */
  readonly tenantId: string | null;
}

/** What an account lacks, and the one click that mends it: a sign-in, or the words to send to an administrator. */
export function Trouble({ account, error, tenantId }: TroubleProps): ReactNode {
  const identity = useAppState((state) => state.identity);
  const tenants = useAppState((state) => state.inventory.tenants);
  const [isCopied, setCopied] = useState(false);
  const id = tenantId ?? account.homeTenantId;
  const tenant = { id, name: tenants.find((each) => each.id === id)?.name ?? id };
  const request = askAdminText({ error, tenant, account, identity });
  return (
    <div className="trouble">
      {tenantId !== null && <p className="trouble-tenant">{tenant.name}</p>}
      <ErrorBlock error={error}>
        {canSignInMend(error.code) && (
          <Button kind="primary" onPress={() => repairAccount(account.id, tenantId)}>
            {tenantId === null ? 'Sign in again' : `Sign in to ${tenant.name}`}
          </Button>
        )}
        {request !== null && (
          <Button
            onPress={() => {
              copyText(request);
              setCopied(true);
            }}
          >
            {isCopied ? (
              <Check className="icon" aria-hidden />
            ) : (
              <ClipboardCopy className="icon" aria-hidden />
            )}
            {isCopied ? 'Copied' : 'Copy what to ask'}
          </Button>
        )}
        <Button onPress={refreshInventory}>Try again</Button>
      </ErrorBlock>
    </div>
  );
}
