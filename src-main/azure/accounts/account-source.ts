import type { SignInFlow, TokenPlace } from '../../../shared/account.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { Result } from '../../../shared/result.ts';

/** An account as its source knows it. */
export interface SourceAccount {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  /** Whose token may list the directories that the account is in. */
  readonly homeTenantId: string;
}

/** What is wanted of a token beside its directory. */
export interface TokenWish {
  /** Answers a continuous-access challenge. */
  readonly claims: string | null;
  /** A token that looks valid was refused, or is to be renewed ahead of its time. */
  readonly isForced: boolean;
}

/** A token, or why there is none; `claims` is what the directory asks of the next interactive sign-in. */
export type TokenAnswer =
  | { readonly ok: true; readonly token: string; readonly expiresAtMs: number; readonly isFresh: boolean }
  | { readonly ok: false; readonly error: AppError; readonly claims: string | null };

/** One interactive sign-in: of anybody, or of one account that needs it. */
export interface SignInWish {
  readonly method: 'browser' | 'device-code';
  readonly account: SourceAccount | null;
  readonly tenantId: string | null;
  readonly claims: string | null;
}

/** Where accounts and their tokens come from: an application of ours at Entra, or the session of the Azure CLI. */
export interface AccountSource {
  readonly place: TokenPlace;
  /** Who is signed in already. */
  readonly list: () => Promise<Result<readonly SourceAccount[]>>;
  /** Never interactive. */
  readonly token: (account: SourceAccount, tenantId: string, wish: TokenWish) => Promise<TokenAnswer>;
  /** The one call that may open a browser. A second one ends the first. */
  readonly signIn: (
    wish: SignInWish,
    onProgress: (flow: SignInFlow) => void,
  ) => Promise<Result<SourceAccount>>;
  /** Ends an interactive sign-in that is under way. */
  readonly cancel: () => void;
  /** Removes what is kept of one account. */
  readonly forget: (accountId: string) => Promise<Result<null>>;
}
