import type { ComputeManagementClient } from '@azure/arm-compute';
import type { NetworkManagementClient } from '@azure/arm-network';
import type { ResourceGraphClient } from '@azure/arm-resourcegraph';
import type { Agent } from 'node:https';
import { z } from 'zod';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { callHttp, type HttpAnswer } from '../net/https-request.ts';
import { TokenUnavailableError, toArmError } from './arm-errors.ts';
import { readClaimsChallenge } from './claims-challenge.ts';
import type { Cloud } from './cloud.ts';

/**
 * An access token of one tenant for ARM; `claims` answers a continuous-access challenge. `accountId`: of this account, in
 * place of the one that is used in that tenant.
 */
export type TokenSource = (tenantId: string, claims?: string, accountId?: string) => Promise<Result<string>>;

interface Needs {
  readonly cloud: Cloud;
  readonly agent: Agent;
  readonly token: TokenSource;
}

/** Version of the subscriptions API that lists tenants and subscriptions. */
const subscriptionsApi = '2022-12-01';
const timeoutMs = 30_000;
/** For one request of the SDK, body and all; a page of a thousand machines may take its time. */
const sdkTimeoutMs = 60_000;
const maximumPages = 1_000;

const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });

const errorBodySchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Azure Resource Manager for one cloud. The official SDK clients are loaded when first used: they are large.
 * Every request, also those to a `nextLink` or to the URL of a long-running operation, must stay on the ARM host:
 * elsewhere it would hand the token over.
 */
export class Arm {
  private readonly needs: Needs;
  private readonly host: string;
  private readonly clients = new Map<string, unknown>();

  constructor(needs: Needs) {
    this.needs = needs;
    this.host = new URL(needs.cloud.arm.endpoint).host;
  }

  async compute(tenantId: string, subscriptionId: string): Promise<ComputeManagementClient> {
    const { ComputeManagementClient } = await import('@azure/arm-compute');
    return this.cached(`compute/${tenantId}/${subscriptionId}`, () => {
      return new ComputeManagementClient(this.credential(tenantId), subscriptionId, this.options());
    });
  }

  async network(tenantId: string, subscriptionId: string): Promise<NetworkManagementClient> {
    const { NetworkManagementClient } = await import('@azure/arm-network');
    return this.cached(`network/${tenantId}/${subscriptionId}`, () => {
      return new NetworkManagementClient(this.credential(tenantId), subscriptionId, this.options());
    });
  }

  async graph(tenantId: string): Promise<ResourceGraphClient> {
    const { ResourceGraphClient } = await import('@azure/arm-resourcegraph');
    return this.cached(
      `graph/${tenantId}`,
      () => new ResourceGraphClient(this.credential(tenantId), this.options()),
    );
  }

  /** Forgets the SDK's clients: each keeps a token of the account that was used in its tenant so far. */
  forgetTokens(): void {
    this.clients.clear();
  }

  /** Lists tenants or subscriptions, every page of it; `accountId`: as this account sees them. */
  list<T>(
    tenantId: string,
    path: '/tenants' | '/subscriptions',
    schema: z.ZodType<T>,
    accountId?: string,
  ): Promise<Result<T[]>> {
    return this.listAt(tenantId, path, subscriptionsApi, schema, accountId);
  }

  /** Lists what stands at a path of the resource manager, every page of it: for what the SDK's clients do not bring. */
  async listAt<T>(
    tenantId: string,
    path: string,
    apiVersion: string,
    schema: z.ZodType<T>,
    accountId?: string,
  ): Promise<Result<T[]>> {
    const token = (claims?: string) => this.needs.token(tenantId, claims, accountId);
    const items: T[] = [];
    const first = new URL(path, this.needs.cloud.arm.endpoint);
    first.searchParams.set('api-version', apiVersion);
    let url: string | null = first.href;
    for (let pages = 0; url !== null && pages < maximumPages; pages++) {
      const page: Result<z.infer<typeof pageSchema>> = await this.getPage(token, url);
      if (!page.ok) return page;
      const parsed = z.array(schema).safeParse(page.value.value);
      if (!parsed.success)
        return err(appError('arm-answer-invalid', { detail: `${path}: ${parsed.error.message}` }));
      items.push(...parsed.data);
      url = page.value.nextLink ?? null;
    }
    return ok(items);
  }

  /** The tenant of a subscription that is in no list: ARM tells it to those who come with a token of another one. */
  async tenantOfSubscription(tenantId: string, subscriptionId: string): Promise<Result<string>> {
    const url = new URL(
      `/subscriptions/${encodeURIComponent(subscriptionId)}`,
      this.needs.cloud.arm.endpoint,
    );
    url.searchParams.set('api-version', subscriptionsApi);
    const token = await this.needs.token(tenantId);
    if (!token.ok) return token;
    try {
      const answer = await this.get(url.href, token.value);
      const challenge = answer.headers['www-authenticate'] ?? '';
      const [, named] = /authorization_uri="https:\/\/[^/"]+\/([0-9a-f-]{36})"/i.exec(challenge) ?? [];
      if (named !== undefined) return ok(named);
      return answer.status === 200 ? ok(tenantId) : err(refusalIn(answer));
    } catch (error) {
      return err(toArmError(error));
    }
  }

  private get(url: string, token: string): Promise<HttpAnswer> {
    return callHttp({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      timeoutMs,
      agent: this.needs.agent,
    });
  }

  /** `claims` answers the challenge of a first try. The SDK's clients do the same by themselves. */
  private async getPage(
    tokenFor: (claims?: string) => Promise<Result<string>>,
    url: string,
    claims?: string,
  ): Promise<Result<z.infer<typeof pageSchema>>> {
    const foreign = this.refuseForeignHost(url);
    if (foreign !== null) return err(foreign);
    const token = await tokenFor(claims);
    if (!token.ok) return token;
    try {
      const answer = await this.get(url, token.value);
      const wanted = answer.status === 401 ? readClaimsChallenge(answer.headers['www-authenticate']) : null;
      if (wanted !== null && claims === undefined) return await this.getPage(tokenFor, url, wanted);
      if (answer.status !== 200) return err(refusalIn(answer));
      return ok(pageSchema.parse(JSON.parse(answer.body === '' ? '{}' : answer.body)));
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof z.ZodError) {
        return err(appError('arm-answer-invalid', { detail: `${new URL(url).pathname}: ${error.message}` }));
      }
      return err(toArmError(error));
    }
  }

  private refuseForeignHost(url: string): AppError | null {
    if (!URL.canParse(url, this.needs.cloud.arm.endpoint)) {
      return appError('arm-answer-invalid', {
        detail: 'Azure Resource Manager pointed to something that is no address',
      });
    }
    const { host, protocol } = new URL(url, this.needs.cloud.arm.endpoint);
    if (host === this.host && protocol === 'https:') return null;
    return appError('arm-answer-invalid', {
      detail: `Azure Resource Manager pointed to another host: ${host}`,
    });
  }

  private credential(tenantId: string) {
    return {
      getToken: async (_scopes: string | string[], options: { readonly claims?: string } = {}) => {
        const token = await this.needs.token(tenantId, options.claims);
        if (!token.ok) throw new TokenUnavailableError(token.error);
        return { token: token.value, expiresOnTimestamp: expiryOf(token.value) };
      },
    };
  }

  private options() {
    return {
      endpoint: this.needs.cloud.arm.endpoint,
      credentials: { scopes: [this.needs.cloud.arm.scope] },
      agent: this.needs.agent,
      // Our agent knows the proxy. Without an entry of its own, the SDK reads one from the environment, and stumbles over
      // what it cannot read there; this one is never used beside an agent.
      proxyOptions: { host: 'http://unused.invalid', port: 1 },
      retryOptions: { maxRetries: 2 },
      redirectOptions: { maxRetries: 0 },
      additionalPolicies: [
        {
          position: 'perRetry' as const,
          policy: {
            name: 'everyCallEnds',
            // The SDK's own limit ends with the head of an answer, and is off unless it is set.
            sendRequest: async <R extends { abortSignal?: AbortSignalLike }, A>(
              request: R,
              next: (request: R) => Promise<A>,
            ) => {
              request.abortSignal = endingSignal(request.abortSignal);
              return next(request);
            },
          },
        },
        {
          position: 'perCall' as const,
          policy: {
            name: 'onlyTheArmHost',
            sendRequest: async <R extends { url: string }, A>(
              request: R,
              next: (request: R) => Promise<A>,
            ) => {
              const foreign = this.refuseForeignHost(request.url);
              if (foreign !== null) throw new TokenUnavailableError(foreign);
              return next(request);
            },
          },
        },
      ],
    };
  }

  private cached<C>(key: string, make: () => C): C {
    const found = this.clients.get(key) as C | undefined;
    if (found !== undefined) return found;
    const made = make();
    this.clients.set(key, made);
    return made;
  }
}

/** What the SDK calls a signal. */
type AbortSignalLike = Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'>;

/** Ends after the time limit, or with the caller's own signal. */
function endingSignal(own: AbortSignalLike | undefined): AbortSignal {
  const limit = AbortSignal.timeout(sdkTimeoutMs);
  return own instanceof AbortSignal ? AbortSignal.any([own, limit]) : limit;
}

/** What ARM says when it refuses. A gateway's page has no such words. */
function refusalIn({ status, body }: HttpAnswer): AppError {
  let json: unknown = null;
  try {
    json = JSON.parse(body);
  } catch {
    // Not JSON: not ARM's own words.
  }
  const parsed = errorBodySchema.safeParse(json);
  const said = parsed.success ? parsed.data.error : { code: '', message: 'no details' };
  return toArmError({ statusCode: status, ...said });
}

/** Expiry of a JWT in milliseconds since 1970; now + 1 minute if it cannot be read, so that it is asked for again. */
function expiryOf(token: string): number {
  try {
    const payload = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    ) as unknown;
    return z.object({ exp: z.number() }).parse(payload).exp * 1000;
  } catch {
    // An opaque token: its life is not ours to read.
    return Date.now() + 60_000;
  }
}
