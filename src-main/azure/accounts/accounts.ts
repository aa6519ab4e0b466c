import type { Account, SignInFlow } from '../../../shared/account.ts';
import { type AppError, appError } from '../../../shared/errors.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { AccountState } from '../../../shared/state.ts';
import { drop, type Log } from '../../log/logger.ts';
import type { AccountSource, SignInWish, SourceAccount, TokenAnswer } from './account-source.ts';
import { type Clock, Renewal } from './renewal.ts';
import { ServingTable } from './serving-table.ts';
import { Troubles } from './troubles.ts';

/** What the rest of the app sees of the accounts. */
export interface AccountsView {
  /** Whether anybody is signed in. */
  readonly account: AccountState;
  readonly flow: SignInFlow;
  readonly accounts: Readonly<Record<string, Account>>;
}

interface Needs {
  /** The accounts that the user chose for directories, by directory. */
  readonly choices: Readonly<Record<string, string>>;
  readonly onView: (view: AccountsView) => void;
  /** Who is signed in, or who is used where, has changed: what was read or kept warm with other accounts is old. */
  readonly onServingChanged: () => void;
  /** Only tests have another one. */
  readonly clock?: Clock;
  readonly log: Log;
}

/** Several signed-in accounts; in each directory exactly one of them is used, and hands out the tokens for it. */
export class Accounts {
  private readonly needs: Needs;
  private readonly serves: ServingTable;
  private readonly troubles = new Troubles();
  private readonly renewal: Renewal;
  private readonly inFlight = new Map<string, Promise<Result<string>>>();
  private source: AccountSource | null = null;
  private signedIn: readonly SourceAccount[] = [];
  private flow: SignInFlow = { kind: 'none', error: null };
  /** Counts changes of the source and interactive sign-ins: late answers of earlier ones are dropped. */
  private attempt = 0;
  /** The account that an interactive sign-in under way is for; null: for a new one, or there is none. */
  private repairing: string | null = null;

  constructor(needs: Needs) {
    this.needs = needs;
    this.serves = new ServingTable(needs.choices);
    this.renewal = new Renewal(
      ({ accountId, tenantId }) =>
        drop(needs.log, 'token-renewal', this.acquire(accountId, tenantId, null, 'renewal')),
      needs.clock,
    );
  }

  /** Takes up the accounts of a source; those of another one are no longer used. Null: nobody can sign in yet. */
  async use(source: AccountSource | null): Promise<void> {
    this.cancel();
    const attempt = ++this.attempt;
    this.source = source;
    this.renewal.dispose();
    this.troubles.clear();
    this.inFlight.clear();
    if (this.signedIn.length > 0) this.setSignedIn([]);
    const listed = source === null ? ok([]) : await source.list();
    if (attempt !== this.attempt) return;
    this.flow = { kind: 'none', error: listed.ok ? null : listed.error };
    this.setSignedIn(listed.ok ? listed.value : []);
  }

  /** Signs an account in beside the others. Progress is in the view. A second call ends the first. */
  signIn(method: 'browser' | 'device-code'): Promise<Result<null>> {
    return this.interact({ method, account: null, tenantId: null, claims: null });
  }

  /** Signs an account in again, with what the directory (or the account as a whole) asks for. */
  async repair(accountId: string, tenantId: string | null): Promise<Result<null>> {
    const account = this.signedIn.find((each) => each.id === accountId);
    if (account === undefined) return err(appError('account-not-found'));
    const trouble =
      tenantId === null ? this.troubles.ofAccount(accountId) : this.troubles.ofTenant(accountId, tenantId);
    const claims = trouble?.claims ?? null;
    return this.interact({ method: 'browser', account, tenantId, claims });
  }

  /** Ends an interactive sign-in that is under way. */
  cancel(): void {
    if (this.flow.kind === 'none') return;
    this.attempt++;
    this.repairing = null;
    this.source?.cancel();
    this.flow = { kind: 'none', error: null };
    this.report();
  }

  /** Removes the tokens of one account and nothing else. */
  async signOut(accountId: string): Promise<Result<null>> {
    if (!this.signedIn.some((each) => each.id === accountId)) return err(appError('account-not-found'));
    if (this.repairing === accountId) this.cancel(); // else its sign-in would bring it back
    this.renewal.forget(accountId);
    this.troubles.signedInAgain(accountId, null);
    this.setSignedIn(this.signedIn.filter((each) => each.id !== accountId));
    // The tokens are gone from memory. A file that cannot be changed does not keep the user signed in now, but the next start
    // would be: that is said.
    const forgotten = (await this.source?.forget(accountId)) ?? ok(null);
    if (!forgotten.ok) this.needs.log.error('token-cache-not-cleared', { detail: forgotten.error.detail });
    return forgotten.ok
      ? ok(null)
      : err(appError('sign-out-incomplete', { detail: forgotten.error.detail ?? '' }));
  }

  /** Who is signed in. `homeTenantId` is the directory whose token lists all of the account's directories. */
  list(): readonly { readonly id: string; readonly homeTenantId: string }[] {
    return this.signedIn;
  }

  /** An account has seen a directory, and can be used in it. */
  offer(tenantId: string, accountId: string): void {
    if (this.serves.offer(tenantId, accountId)) this.report();
  }

  /** The account that is used in a directory; null if none can be. */
  serving(tenantId: string): string | null {
    return this.serves.serving(tenantId);
  }

  /** The user's choices, by directory. */
  setChoices(choices: Readonly<Record<string, string>>): void {
    this.serves.setChoices(choices);
    this.inFlight.clear();
    this.report();
    this.needs.onServingChanged();
  }

  /**
   * An access token for Azure Resource Manager, issued by one directory to the account that is used there; renewed in
   * silence when it is about to expire. `claims` answers a continuous-access challenge; `isForced` renews a token that
   * looks valid but was refused.
   */
  token(tenantId: string, claims?: string, isForced = false): Promise<Result<string>> {
    const accountId = this.serving(tenantId);
    if (accountId === null) return Promise.resolve(err(appError('sign-in-needed', { detail: tenantId })));
    return this.tokenOf(accountId, tenantId, claims, isForced);
  }

  /** The same, of one certain account. */
  tokenOf(accountId: string, tenantId: string, claims?: string, isForced = false): Promise<Result<string>> {
    return this.acquire(accountId, tenantId, claims ?? null, isForced ? 'forced' : 'cached');
  }

  /** After a sleep or a change of the network: tokens that are due are renewed. */
  networkChanged(): void {
    this.renewal.lookAgain();
  }

  /** Tells the view again, as after a change of where tokens are kept. */
  report(): void {
    this.needs.onView({
      account: this.accountState(),
      flow: this.flow,
      accounts: Object.fromEntries(this.signedIn.map((each) => [each.id, this.view(each)])),
    });
  }

  dispose(): void {
    this.cancel();
    this.renewal.dispose();
  }

  private async interact(wish: SignInWish): Promise<Result<null>> {
    const { source } = this;
    if (source === null) return err(appError('registration-needed'));
    const attempt = ++this.attempt;
    this.repairing = wish.account?.id ?? null;
    const result = await source.signIn(wish, (flow) => {
      if (attempt !== this.attempt) return;
      this.flow = flow;
      this.report();
    });
    if (attempt !== this.attempt) return err(appError('sign-in-cancelled'));
    this.repairing = null;
    const error = result.ok ? otherAccount(wish.account, result.value) : result.error;
    this.flow = { kind: 'none', error: error?.code === 'sign-in-cancelled' ? null : error };
    if (error !== null) this.needs.log.warn('sign-in-failed', { code: error.code, detail: error.detail });
    if (result.ok) {
      this.troubles.signedInAgain(result.value.id, wish.tenantId);
      this.setSignedIn(withAccount(this.signedIn, result.value));
    } else {
      this.report();
    }
    return error === null ? ok(null) : err(error);
  }

  private acquire(
    accountId: string,
    tenantId: string,
    claims: string | null,
    why: 'cached' | 'forced' | 'renewal',
  ): Promise<Result<string>> {
    const key = `${accountId}\n${tenantId}\n${claims ?? ''}\n${why}`;
    const running = this.inFlight.get(key);
    if (running !== undefined) return running;
    const acquired = this.ask(accountId, tenantId, claims, why).finally(() => {
      if (this.inFlight.get(key) === acquired) this.inFlight.delete(key);
    });
    this.inFlight.set(key, acquired);
    return acquired;
  }

  private async ask(
    accountId: string,
    tenantId: string,
    claims: string | null,
    why: 'cached' | 'forced' | 'renewal',
  ): Promise<Result<string>> {
    const { source } = this;
    const account = this.signedIn.find((each) => each.id === accountId);
    if (source === null || account === undefined) return err(appError('sign-in-needed'));
    const answer = await source.token(account, tenantId, { claims, isForced: why !== 'cached' });
    // Signed out meanwhile: nobody gets a token of an account that is gone.
    if (source !== this.source || !this.signedIn.some((each) => each.id === accountId))
      return err(appError('sign-in-needed'));
    this.learn(accountId, tenantId, answer, why === 'renewal');
    return answer.ok ? ok(answer.token) : err(answer.error);
  }

  private learn(accountId: string, tenantId: string, answer: TokenAnswer, isRenewal: boolean): void {
    const token = { accountId, tenantId };
    if (answer.ok) this.renewal.handedOut(token, answer.expiresAtMs, answer.isFresh, isRenewal);
    else this.needs.log.warn('no-token', { tenantId, code: answer.error.code, detail: answer.error.detail });
    const isNews = answer.ok
      ? answer.isFresh && this.troubles.freshTokenCame(accountId, tenantId)
      : this.troubles.add(accountId, tenantId, answer);
    if (isNews) this.report();
  }

  private setSignedIn(accounts: readonly SourceAccount[]): void {
    this.signedIn = accounts;
    this.serves.setMembers(accounts);
    this.report();
    this.needs.onServingChanged();
  }

  private accountState(): AccountState {
    const [first] = this.signedIn;
    if (first !== undefined) {
      const { username, name } = first;
      return { kind: 'signed-in', username, name, tokenCache: this.source?.place ?? 'memory' };
    }
    return this.flow.kind === 'none' ? { kind: 'signed-out', error: this.flow.error } : this.flow;
  }

  private view(account: SourceAccount): Account {
    const { id, username, name, homeTenantId } = account;
    const error = this.troubles.ofAccount(id)?.error ?? null;
    const troubles = [...this.troubles.tenantsOf(id)];
    const state = error !== null || troubles.length > 0 ? 'attention' : 'ready';
    const tenants = this.serves
      .tenantsOf(id)
      .map((tenantId) => ({ id: tenantId, servedBy: this.serves.serving(tenantId) ?? id }));
    return { id, username, name, homeTenantId, state, error, troubles, tenants };
  }
}

/** In its old place, if it was there. */
function withAccount(accounts: readonly SourceAccount[], added: SourceAccount): readonly SourceAccount[] {
  const isKnown = accounts.some((each) => each.id === added.id);
  return isKnown ? accounts.map((each) => (each.id === added.id ? added : each)) : [...accounts, added];
}

function otherAccount(wanted: SourceAccount | null, came: SourceAccount): AppError | null {
  if (wanted === null || wanted.id === came.id) return null;
  return appError('sign-in-other-account', { detail: `wanted: ${wanted.username}; came: ${came.username}` });
}
