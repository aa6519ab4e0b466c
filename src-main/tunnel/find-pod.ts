import { appError } from '../../shared/errors.ts';
import { callHttp } from '../net/https-request.ts';
import { plainFailure, toReachError, toStepFailure } from './bastion-errors.ts';
import { type Endpoint, resourceIdOf, type Stepped, type Wanted } from './token-exchange.ts';

const timeoutMs = 30_000;

/**
 * Asks the front door of a Developer Bastion which pod to talk to. The answer is the host name as plain text; an error page
 * must never be taken for one, and a host outside the service's own domain would be handed the user's token.
 */
export async function findPod(
  endpoint: Endpoint,
  frontDoor: string,
  wanted: Wanted,
  armToken: string,
): Promise<Stepped<string>> {
  try {
    const answer = await callHttp({
      method: 'POST',
      url: `${endpoint.origin}/api/connection`,
      headers: { 'content-type': 'application/json', accept: '*/*' },
      body: JSON.stringify({
        resourceId: resourceIdOf(wanted),
        bastionResourceId: wanted.bastionId,
        vmPort: wanted.remotePort,
        azToken: armToken,
        connectionType: 'nativeclient',
      }),
      timeoutMs,
      agent: endpoint.agent,
    });
    if (answer.status !== 200) return { ok: false, failure: toStepFailure('POST /api/connection', answer) };
    const host = answer.body.trim();
    if (isPodOf(host, frontDoor)) return { ok: true, value: host };
    const detail = `POST /api/connection named no host of ${domainOf(frontDoor)}`;
    return { ok: false, failure: plainFailure(appError('bastion-answer-invalid', { detail })) };
  } catch (error) {
    return { ok: false, failure: plainFailure(toReachError(error)) };
  }
}

/** The last two labels: `azure.com`, `azure.us`, `azure.cn`. */
function domainOf(host: string): string {
  return host.toLowerCase().split('.').slice(-2).join('.');
}

/** Whether a host may be the pod of this front door: a plain name in the same domain. */
export function isPodOf(host: string, frontDoor: string): boolean {
  return (
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/.test(host) &&
    host.includes('.') &&
    domainOf(host) === domainOf(frontDoor)
  );
}
