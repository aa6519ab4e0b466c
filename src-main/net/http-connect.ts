import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { parseChallenges, type ProxyChallenge } from './proxy-authenticator.ts';

/** What a proxy answered to CONNECT. */
export type ConnectAnswer =
  /** The socket now leads to the target. */
  | { readonly kind: 'open' }
  | { readonly kind: 'auth-needed'; readonly challenges: readonly ProxyChallenge[] }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

/**
 * Asks an HTTP proxy for a way to `authority` (RFC 9110, 9.3.6). Rejects if no answer can be understood or the signal is
 * aborted; the socket must be destroyed after everything but `open`.
 */
export function askConnect(
  socket: Socket,
  authority: string,
  authorization: string | null,
  signal: AbortSignal,
): Promise<ConnectAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const request = httpRequest({
      createConnection: () => socket,
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        // Without it, Node says `close`, which some proxies take to be about the tunnel.
        connection: 'keep-alive',
        'proxy-connection': 'keep-alive',
        ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
      },
    });
    const abort = () => request.destroy(signal.reason as Error);
    const finish = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    request.once('error', (error) => {
      finish();
      reject(error);
    });
    request.once('connect', (response, _socket, head) => {
      finish();
      const status = response.statusCode ?? 0;
      if (status === 407) {
        const challenges = parseChallenges(response.headersDistinct['proxy-authenticate'] ?? []);
        resolve({ kind: 'auth-needed', challenges });
      } else if (status < 200 || status > 299) {
        resolve({ kind: 'refused', status, reason: reasonOf(response.statusMessage, response.headers) });
      } else if (head.length > 0) {
        // In TLS the client speaks first; these bytes can come only from something that is no tunnel.
        reject(new Error('the proxy sent something before it was spoken to'));
      } else resolve({ kind: 'open' });
    });
    request.end();
  });
}

/** The proxy's words: the status line, and squid's own header if there is one. */
function reasonOf(message: string | undefined, headers: NodeJS.Dict<string | string[]>): string {
  const squid = headers['x-squid-error'];
  return [message ?? '', typeof squid === 'string' ? squid : ''].filter((text) => text !== '').join(', ');
}
