import type { Agent } from 'node:https';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { callHttp } from '../net/https-request.ts';
import { plainFailure, type StepFailure, toReachError, toStepFailure } from './bastion-errors.ts';
import type { TunnelTarget } from './tunnel-types.ts';

const postTimeoutMs = 30_000;
const deleteTimeoutMs = 10_000;

/** Goes into URLs and headers. */
const printable = z.string().regex(/^[\x21-\x7e]{1,4096}$/);

const answerSchema = z.object({
  authToken: printable,
  nodeId: printable,
  websocketToken: printable,
});

/** One session of the data plane: it exists from the POST until its DELETE. */
export type DataPlaneToken = Readonly<z.infer<typeof answerSchema>>;

/** A step's outcome. */
export type Stepped<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: StepFailure };

/** Where calls of the data plane go. */
export interface Endpoint {
  /** `https://host:port` of the Bastion or its pod. */
  readonly origin: string;
  readonly agent: Agent;
}

/** What a session is asked for. */
export interface Wanted {
  /** ARM id of the Bastion. */
  readonly bastionId: string;
  readonly target: TunnelTarget;
  readonly remotePort: number;
}

/** The `resourceId` of the exchange. An address stands in a path under the Bastion's resource group. */
export function resourceIdOf({ bastionId, target }: Wanted): string {
  if (target.kind === 'resource') return target.resourceId;
  const group = bastionId.split('/').slice(0, 5).join('/');
  return `${group}/providers/Microsoft.Network/bh-hostConnect/${target.address}`;
}

/**
 * Exchanges an ARM token for a session that may reach one port of one target. Form-encoded, the token in the body:
 * an Authorization header or a JSON body gets a 500. Never continues an earlier session. Cannot be aborted: a session that
 * the server has made by then would have no name to be deleted by.
 */
export async function exchangeToken(
  endpoint: Endpoint,
  wanted: Wanted,
  armToken: string,
): Promise<Stepped<DataPlaneToken>> {
  const form = new URLSearchParams({
    resourceId: resourceIdOf(wanted),
    protocol: 'tcptunnel',
    workloadHostPort: String(wanted.remotePort),
    aztoken: armToken,
    ...(wanted.target.kind === 'ip' ? { hostname: wanted.target.address } : {}),
  });
  try {
    const answer = await callHttp({
      method: 'POST',
      url: `${endpoint.origin}/api/tokens`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: '*/*' },
      body: form.toString(),
      timeoutMs: postTimeoutMs,
      agent: endpoint.agent,
    });
    const token: Stepped<DataPlaneToken> =
      answer.status === 200
        ? parseAnswer(answer.body)
        : { ok: false, failure: toStepFailure('POST /api/tokens', answer) };
    if (!token.ok) await deleteLeftover(endpoint, answer.body);
    return token;
  } catch (error) {
    return { ok: false, failure: plainFailure(toReachError(error)) };
  }
}

function parseAnswer(body: string): Stepped<DataPlaneToken> {
  let json: unknown = null;
  try {
    json = JSON.parse(body);
  } catch {
    // Fails the schema below with a clear error.
  }
  const parsed = answerSchema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  const detail = `POST /api/tokens answered 200 without ${fields || 'JSON'}`;
  return { ok: false, failure: plainFailure(appError('bastion-answer-invalid', { detail })) };
}

/** An answer that cannot be used may still name a session, which then exists: it is ended, as far as it can be. */
async function deleteLeftover(endpoint: Endpoint, body: string): Promise<void> {
  const authToken = /"authToken"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]+)"/.exec(body)?.[1];
  const nodeId = /"nodeId"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]+)"/.exec(body)?.[1] ?? '';
  if (authToken !== undefined) await deleteToken(endpoint, { authToken, nodeId });
}

/** Ends a session. 404 means that it has ended already, which is as good. Resolves with null or what went wrong. */
export async function deleteToken(
  { origin, agent }: Endpoint,
  token: Pick<DataPlaneToken, 'authToken' | 'nodeId'>,
): Promise<string | null> {
  try {
    const { status } = await callHttp({
      method: 'DELETE',
      url: `${origin}/api/tokens/${encodeURIComponent(token.authToken)}`,
      headers: token.nodeId === '' ? {} : { 'x-node-id': token.nodeId },
      timeoutMs: deleteTimeoutMs,
      agent,
    });
    return status === 200 || status === 204 || status === 404 ? null : `status ${status}`;
  } catch (error) {
    return toReachError(error).detail ?? 'no answer';
  }
}
