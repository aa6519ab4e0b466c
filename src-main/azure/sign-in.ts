import { type AccountInfo, type DeviceCodeRequest, PublicClientApplication } from '@azure/msal-node';
import type { Agent } from 'node:https';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AccountState } from '../../shared/state.ts';
import { describeError, type Log } from '../log/logger.ts';
import { callHttp } from '../net/https-request.ts';
import type { Cloud } from './cloud.ts';
import { MsalNetwork } from './msal-network.ts';
import { toSignInError } from './sign-in-errors.ts';
import type { TokenCache } from './token-cache.ts';

interface Needs {
  readonly cloud: Cloud;
  readonly agent: Agent;
  readonly cache: TokenCache;
  readonly openBrowser: (url: string) => Promise<void>;
  readonly onState: (state: AccountState) => void;
  readonly log: Log;
}

/** Where every sign-in starts: any work or school account. */
const anyOrganisation = 'organizations';

const page = (title: string, text: string) =>
  `<!doctype html><meta charset="utf-8"><title>${title}</title><body style="font:16px system-ui;margin:4rem auto;max-width:32rem"><h1 style="font-size:1.4rem">${title}</h1><p>${text}</p>`;

/** Signs one user in, keeps the sign-in alive, and hands out access tokens per tenant. */
export class SignIn {
  private readonly needs: Needs;
  private readonly network: MsalNetwork;
  private readonly msal: PublicClientApplication;
  private account: AccountInfo | null = null;
  private cancelCurrent: (() => void) | null = null;
  /** Counts sign-ins: what a superseded one has to say is dropped. */
  private attempt = 0;
  private readonly inFlight = new Map<string, Promise<Result<string>>>();

  constructor(needs: Needs) {
    this.needs = needs;
    const { cloud } = needs;
    this.network = new MsalNetwork(needs.agent);
    this.msal = new PublicClientApplication({
      auth: {
        clientId: cloud.clientId,
        authority: this.authorityOf(anyOrganisation),
        knownAuthorities: [...cloud.knownAuthorities],
        clientCapabilities: ['CP1'],
      },
      cache: { cachePlugin: needs.cache },
      system: { networkClient: this.network },
    });
  }

  /** Takes up the sign-in of the last run, if its tokens were kept. */
  async restore(): Promise<void> {
    await this.needs.cache.load();
    const [account] = await this.msal.getTokenCache().getAllAccounts();
    this.account = account ?? null;
    this.report(null);
  }

  /** Signs in by the system browser or a device code. Progress goes to `onState`. A second call ends the first. */
  async signIn(method: 'browser' | 'device-code'): Promise<Result<null>> {
    this.cancel();
    const attempt = ++this.attempt;
    const scopes = [this.needs.cloud.arm.scope];
    try {
      const result = method === 'browser' ? await this.byBrowser(scopes) : await this.byDeviceCode(scopes);
      if (attempt !== this.attempt) return err(appError('sign-in-cancelled'));
      this.account = result?.account ?? null;
      this.report(null);
      return ok(null);
    } catch (error) {
      const failure = toSignInError(error, this.network.lastFailure);
      if (attempt !== this.attempt) return err(failure);
      this.needs.log.warn('sign-in-failed', { code: failure.code, detail: failure.detail });
      this.report(failure.code === 'sign-in-cancelled' ? null : failure);
      return err(failure);
    } finally {
      if (attempt === this.attempt) this.cancelCurrent = null;
    }
  }

  /** Ends a sign-in that is under way. */
  cancel(): void {
    this.cancelCurrent?.();
    this.cancelCurrent = null;
  }

  /** Removes the account and every token. */
  async signOut(): Promise<void> {
    this.cancel();
    this.attempt++;
    if (this.account !== null) await this.msal.getTokenCache().removeAccount(this.account);
    this.account = null;
    await this.needs.cache.clear().catch((error: unknown) => {
      // The tokens are gone from memory; a file that cannot be removed must not keep the user signed in.
      this.needs.log.error('token-cache-not-cleared', { error: describeError(error) });
    });
    this.report(null);
  }

  /**
   * An access token for Azure Resource Manager, issued by one tenant; renewed in silence when it is about to expire.
   * `claims` answers a continuous-access challenge; `isForced` renews a token that looks valid but was refused.
   */
  token(tenantId: string, claims?: string, isForced = false): Promise<Result<string>> {
    const key = `${tenantId}\n${claims ?? ''}\n${isForced}`;
    const running = this.inFlight.get(key);
    if (running !== undefined) return running;
    const acquired = this.acquire(tenantId, claims, isForced).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, acquired);
    return acquired;
  }

  /** The directory that the account belongs to; null when signed out. */
  get homeTenant(): string | null {
    return this.account?.tenantId ?? null;
  }

  private async acquire(
    tenantId: string,
    claims: string | undefined,
    isForced: boolean,
  ): Promise<Result<string>> {
    if (this.account === null) return err(appError('sign-in-needed'));
    try {
      const result = await this.msal.acquireTokenSilent({
        // MSAL looks cached tokens up by the account's tenant, not by the authority's: without this a guest
        // would get the home tenant's token for every tenant.
        account: { ...this.account, tenantId },
        scopes: [this.needs.cloud.arm.scope],
        authority: this.authorityOf(tenantId),
        forceRefresh: isForced,
        ...(claims === undefined ? {} : { claims }),
      });
      return ok(result.accessToken);
    } catch (error) {
      return err(toSignInError(error, this.network.lastFailure));
    }
  }

  private byBrowser(scopes: string[]) {
    this.needs.onState({ kind: 'browser', startedAtMs: Date.now() });
    return this.msal.acquireTokenInteractive({
      scopes,
      prompt: 'select_account',
      successTemplate: page('You are signed in', 'Go back to Sallyport. This page can be closed.'),
      errorTemplate: page('You are not signed in', 'Sallyport says why. This page can be closed.'),
      openBrowser: async (url) => {
        this.cancelCurrent = () => void this.refuseRedirect(url);
        await this.needs.openBrowser(url);
      },
    });
  }

  /**
   * MSAL has no way to end an interactive sign-in: it waits for the browser's answer. So the answer that a browser
   * would bring after a click on Cancel is sent to its redirect address.
   */
  private async refuseRedirect(authorizeUrl: string): Promise<void> {
    const query = new URL(authorizeUrl).searchParams;
    const body = new URLSearchParams({ error: 'access_denied', state: query.get('state') ?? '' }).toString();
    const url = (query.get('redirect_uri') ?? '').replace('//localhost:', '//127.0.0.1:');
    await callHttp({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      timeoutMs: 5_000,
      agent: this.needs.agent,
    }).catch((error: unknown) => this.needs.log.warn('sign-in-cancel', { error: describeError(error) }));
  }

  private byDeviceCode(scopes: string[]) {
    const request: DeviceCodeRequest = {
      scopes,
      deviceCodeCallback: (answer) =>
        this.needs.onState({
          kind: 'device-code',
          userCode: answer.userCode,
          verificationUrl: answer.verificationUri,
          expiresAtMs: Date.now() + answer.expiresIn * 1000,
        }),
    };
    this.cancelCurrent = () => {
      request.cancel = true;
    };
    return this.msal.acquireTokenByDeviceCode(request);
  }

  private authorityOf(tenantId: string): string {
    return new URL(tenantId, `${this.needs.cloud.authority.replace(/\/$/, '')}/`).href;
  }

  private report(error: AppError | null): void {
    const { account } = this;
    this.needs.onState(
      account === null
        ? { kind: 'signed-out', error }
        : {
            kind: 'signed-in',
            username: account.username,
            name: account.name ?? account.username,
            tokenCache: this.needs.cache.place,
          },
    );
  }
}
