import type { Agent } from 'node:https';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { callHttp } from '../net/https-request.ts';
import { toExchangeError, toReachError } from './bastion-errors.ts';

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

interface Exchange {
  /** `https://host:port` of the Bastion. */
  readonly origin: string;
  readonly agent: Agent;
}

/**
 * Exchanges an ARM token for a session that may reach one port of one target. Form-encoded, the token in the body:
 * an Authorization header or a JSON body gets a 500. Never continues an earlier session. Cannot be aborted: a session that
 * the server has made by then would have no name to be deleted by.
 */
export async function exchangeToken(
  { origin, agent }: Exchange,
  target: { readonly resourceId: string; readonly remotePort: number },
  armToken: string,
): Promise<Result<DataPlaneToken>> {
  const form = new URLSearchParams({
    resourceId: target.resourceId,
    protocol: 'tcptunnel',
    workloadHostPort: String(target.remotePort),
    aztoken: armToken,
  });
  try {
    const answer = await callHttp({
      method: 'POST',
      url: `${origin}/api/tokens`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: '*/*' },
      body: form.toString(),
      timeoutMs: postTimeoutMs,
      agent,
    });
    if (answer.status !== 200) {
      await deleteLeftover({ origin, agent }, answer.body);
      return err(toExchangeError(answer.status, answer.body));
    }
    const token = parseAnswer(answer.body);
    if (!token.ok) await deleteLeftover({ origin, agent }, answer.body);
    return token;
  } catch (error) {
    return err(toReachError(error));
  }
}

function parseAnswer(body: string): Result<DataPlaneToken> {
  let json: unknown = null;
  try {
    json = JSON.parse(body);
  } catch {
    // Fails the schema below with a clear error.
  }
  const parsed = answerSchema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  return err(
    appError('bastion-answer-invalid', {
      detail: `POST /api/tokens answered 200 without ${fields || 'JSON'}`,
    }),
  );
}

/** An answer that cannot be used may still name a session, which then exists: it is ended, as far as it can be. */
async function deleteLeftover(exchange: Exchange, body: string): Promise<void> {
  const authToken = /"authToken"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]+)"/.exec(body)?.[1];
  const nodeId = /"nodeId"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]+)"/.exec(body)?.[1] ?? '';
  if (authToken !== undefined) await deleteToken(exchange, { authToken, nodeId });
}

/** Ends a session. 404 means that it has ended already, which is as good. Resolves with null or what went wrong. */
export async function deleteToken(
  { origin, agent }: Exchange,
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
