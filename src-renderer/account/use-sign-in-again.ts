import type { ErrorCode } from '../../shared/errors.ts';
import { repairAccount } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { canSignInMend } from './trouble-words.ts';

/** The one click that mends a machine's connection: the account of its directory signs in again. Null if none can. */
export function useSignInAgain(vmId: string, code: ErrorCode): (() => void) | null {
  const tenantId = useAppState((state) => state.vms[vmId]?.tenantId ?? null);
  const account = useAppState((state) =>
    Object.values(state.accounts).find((each) =>
      each.tenants.some(({ id, servedBy }) => id === tenantId && servedBy === each.id),
    ),
  );
  if (account === undefined || !(canSignInMend(code) || code === 'bastion-unauthorized')) return null;
  return () => repairAccount(account.id, account.error === null ? tenantId : null);
}
