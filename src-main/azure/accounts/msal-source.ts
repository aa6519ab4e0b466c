import {
  type AccountInfo,
  type AuthenticationResult,
  InteractionRequiredAuthError,
  PublicClientApplication,
} from '@azure/msal-node';
import type { Agent } from 'node:https';
import type { SignInFlow, TokenPlace } from '../../../shared/account.ts';
import { appError } from '../../../shared/errors.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Log } from '../../log/logger.ts';
import type { Cloud } from '../cloud.ts';
import type { AccountSource, SignInWish, SourceAccount, TokenAnswer, TokenWish } from './account-source.ts';
import { InteractiveSignIn } from './interactive-sign-in.ts';
import { MsalNetwork } from './msal-network.ts';
import { toSignInError } from './sign-in-errors.ts';
import type { TokenCache } from './token-cache.ts';

interface Needs {
  readonly cloud: Cloud;
  readonly clientId: string;
  /** The one directory of an application that is open to no other; null: any work or school account. */
  readonly tenantId: string | null;
  readonly agent: Agent;
  readonly cache: TokenCache;
  readonly openBrowser: (url: string) => Promise<void>;
  readonly log: Log;
}

/** Accounts that sign in to an application at Entra, with MSAL. */
export class MsalSource implements AccountSource {
  private readonly needs: Needs;
  private readonly network: MsalNetwork;
  private readonly msal: PublicClientApplication;
  private readonly interactive: InteractiveSignIn;

  constructor(needs: Needs) {
    this.needs = needs;
    const { cloud } = needs;
    this.network = new MsalNetwork(needs.agent);
    this.msal = new PublicClientApplication({
      auth: {
        clientId: needs.clientId,
        authority: this.authorityOf(needs.tenantId ?? 'organizations'),
        knownAuthorities: [...cloud.knownAuthorities],
        clientCapabilities: ['CP1'],
      },
      cache: { cachePlugin: needs.cache },
      system: { networkClient: this.network },
    });
    this.interactive = new InteractiveSignIn({
      msal: this.msal,
      agent: needs.agent,
      openBrowser: needs.openBrowser,
      log: needs.log,
    });
  }

  get place(): TokenPlace {
    return this.needs.cache.place;
  }

  async list(): Promise<Result<readonly SourceAccount[]>> {
    const found = new Map<string, SourceAccount>();
    for (const info of await this.msal.getTokenCache().getAllAccounts()) {
      // A guest's directories each have an entry; the one of its home says who it is.
      if (!found.has(info.homeAccountId) || info.tenantId === homeTenantOf(info)) {
        found.set(info.homeAccountId, this.toAccount(info));
      }
    }
    return ok([...found.values()]);
  }

  async token(account: SourceAccount, tenantId: string, wish: TokenWish): Promise<TokenAnswer> {
    const { claims } = wish;
    try {
      const all = await this.msal.getTokenCache().getAllAccounts();
      const info = all.find((each) => each.homeAccountId === account.id);
      if (info === undefined) return { ok: false, error: appError('sign-in-expired'), claims };
      const result = await this.msal.acquireTokenSilent({
        // MSAL looks cached tokens up by the account's tenant, not by the authority's: without this a guest
        // would get the home tenant's token for every tenant.
        account: { ...info, tenantId },
        scopes: [this.needs.cloud.arm.scope],
        authority: this.authorityOf(tenantId),
        forceRefresh: wish.isForced,
        ...(claims === null ? {} : { claims }),
      });
      return answerOf(result);
    } catch (error) {
      const wanted = error instanceof InteractionRequiredAuthError ? error.claims : '';
      return {
        ok: false,
        error: toSignInError(error, this.network.lastFailure, claims !== null),
        claims: wanted === '' ? claims : wanted,
      };
    }
  }

  async signIn(wish: SignInWish, onProgress: (flow: SignInFlow) => void): Promise<Result<SourceAccount>> {
    const tenantId = wish.tenantId ?? this.needs.tenantId ?? 'organizations';
    const request = {
      scopes: [this.needs.cloud.arm.scope],
      authority: this.authorityOf(tenantId),
      ...(wish.claims === null ? {} : { claims: wish.claims }),
      ...(wish.account === null
        ? { prompt: 'select_account' }
        : // The hint alone lets Entra ask for what is missing, and only for that.
          { loginHint: wish.account.username }),
    };
    try {
      const result = await this.interactive.run(wish.method, request, onProgress);
      if (result === null) return err(appError('sign-in-cancelled'));
      if (result.account === null) return err(appError('sign-in-failed', { detail: 'no account came back' }));
      return ok(this.toAccount(result.account));
    } catch (error) {
      return err(toSignInError(error, this.network.lastFailure));
    }
  }

  cancel(): void {
    this.interactive.cancel();
  }

  forget(accountId: string): Promise<Result<null>> {
    return this.needs.cache.forget(accountId);
  }

  private toAccount(info: AccountInfo): SourceAccount {
    return {
      id: info.homeAccountId,
      username: info.username,
      name: info.name ?? info.username,
      homeTenantId: this.needs.tenantId ?? homeTenantOf(info),
    };
  }

  private authorityOf(tenantId: string): string {
    return new URL(tenantId, `${this.needs.cloud.authority.replace(/\/$/, '')}/`).href;
  }
}

/** MSAL's id of an account is its object id and its home tenant, with a dot between. */
function homeTenantOf(info: AccountInfo): string {
  return info.homeAccountId.split('.')[1] ?? info.tenantId;
}

function answerOf(result: AuthenticationResult): TokenAnswer {
  return {
    ok: true,
    token: result.accessToken,
    expiresAtMs: result.expiresOn?.getTime() ?? Date.now(),
    isFresh: !result.fromCache,
  };
}
