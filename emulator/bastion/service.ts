import type { Duplex } from 'node:stream';
import type { Call, Handler, Outcome } from '../net/http.ts';
import { pause } from '../net/http.ts';
import type { BastionContext } from './context.ts';
import { endpointAt } from './context.ts';
import { serverPage } from './errors.ts';
import { endSession, exchange } from './exchange.ts';
import { findPod, rdpFile } from './rdp-file.ts';

/** The web server of the data plane takes no more header than this, and answers with a page. */
export const headerLimitBytes = 8192;

/** The answer to a request that is none, or whose header is too long. */
export function refuseBadRequest(_error: Error, socket: Duplex): void {
  const body =
    '<!doctype html><html lang="en"><head><title>HTTP Status 400 – Bad Request</title></head></html>';
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

async function route(context: BastionContext, call: Call): Promise<Outcome> {
  const endpoint = endpointAt(context.world, call.host);
  if (!endpoint) return serverPage(404, 'Not Found');
  const { pathname } = call.url;
  if (endpoint.role === 'front-door') {
    await pause(context.world.latencies.callMs);
    return call.method === 'POST' && pathname === '/api/connection'
      ? findPod(context, endpoint, call)
      : serverPage(404, 'Not Found');
  }
  if (call.method === 'POST' && pathname === '/api/tokens') return exchange(context, endpoint, call);
  if (call.method === 'DELETE' && /^\/api\/tokens\/[^/]+$/.test(pathname))
    return endSession(context, endpoint, call);
  await pause(context.world.latencies.callMs);
  if (call.method === 'GET' && pathname === '/api/rdpfile') return rdpFile(context, endpoint, call);
  return serverPage(404, 'Not Found');
}

/** The HTTP side of the data plane. */
export function createDataPlane(context: BastionContext): Handler {
  return async (call) => {
    const outcome = await route(context, call);
    context.world.log({
      plane: 'bastion',
      method: call.method,
      host: call.host,
      path: call.url.pathname.replace(/^(\/api\/tokens\/).+$/, '$1***'),
      status: typeof outcome === 'string' ? 0 : outcome.status,
    });
    return outcome;
  };
}

/** Ends all tunnels of the Bastions that a maintenance fault names. */
export function applyMaintenance(context: BastionContext): void {
  for (const fault of context.world.faults.list()['maintenance'] ?? []) {
    const named = fault['bastion'];
    for (const session of context.sessions.all()) {
      const id = session.bastionId.toLowerCase();
      const isNamed =
        typeof named !== 'string' || id === named.toLowerCase() || id.endsWith(`/${named.toLowerCase()}`);
      if (!isNamed) continue;
      for (const tunnel of session.open) {
        if (fault['how'] === 'reset') tunnel.cut();
        else tunnel.close(1001, 'maintenance');
      }
    }
  }
}
