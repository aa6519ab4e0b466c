import type { AppError, ErrorCode } from '../../../shared/errors.ts';

/** Why an account cannot be used somewhere, and what the next interactive sign-in must ask for. */
export interface Trouble {
  readonly error: AppError;
  readonly claims: string | null;
}

/** What is wrong with an account everywhere, not in one directory. */
const wholeAccount: ReadonlySet<ErrorCode> = new Set([
  'sign-in-expired',
  'sign-in-account-blocked',
  'az-not-signed-in',
  'az-not-found',
  'az-other-cloud',
]);

/** Only what a sign-in or an administrator can mend; an outage or a proxy says nothing about an account. */
function isAboutSignIn(code: ErrorCode): boolean {
  return (code.startsWith('sign-in-') && code !== 'sign-in-cancelled') || code.startsWith('az-');
}

/** What each account lacks, as the answers to token requests tell it. */
export class Troubles {
  private readonly accounts = new Map<string, Trouble>();
  private readonly tenants = new Map<string, Map<string, Trouble>>();

  ofAccount(accountId: string): Trouble | null {
    return this.accounts.get(accountId) ?? null;
  }

  ofTenant(accountId: string, tenantId: string): Trouble | null {
    return this.tenants.get(accountId)?.get(tenantId) ?? null;
  }

  tenantsOf(accountId: string): readonly { readonly id: string; readonly error: AppError }[] {
    return [...(this.tenants.get(accountId) ?? [])].map(([id, { error }]) => ({ id, error }));
  }

  /** Remembers a refusal. True if that changes what is shown. */
  add(accountId: string, tenantId: string, trouble: Trouble): boolean {
    const { code } = trouble.error;
    if (!isAboutSignIn(code)) return false;
    if (wholeAccount.has(code)) {
      const before = this.accounts.get(accountId);
      this.accounts.set(accountId, trouble);
      return before?.error.code !== code;
    }
    const tenants = this.tenants.get(accountId) ?? new Map<string, Trouble>();
    const before = tenants.get(tenantId);
    this.tenants.set(accountId, tenants.set(tenantId, trouble));
    return before?.error.code !== code;
  }

  /**
   * A directory has given a new token, which proves that the account itself is well, too; one that lay in the cache proves
   * nothing. True if that changes what is shown.
   */
  freshTokenCame(accountId: string, tenantId: string): boolean {
    const wasTenant = this.tenants.get(accountId)?.delete(tenantId) ?? false;
    return this.accounts.delete(accountId) || wasTenant;
  }

  /** The account was signed in again: in one directory, or (null) as a whole. */
  signedInAgain(accountId: string, tenantId: string | null): void {
    this.accounts.delete(accountId);
    if (tenantId === null) this.tenants.delete(accountId);
    else this.tenants.get(accountId)?.delete(tenantId);
  }

  clear(): void {
    this.accounts.clear();
    this.tenants.clear();
  }
}
