import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import type { CustomCloudDocument } from '../cloud.ts';
import { type Answer, fetchText } from './walk.ts';

/** What the token exchange gives. */
export interface Exchanged {
  readonly authToken: string;
  readonly nodeId: string;
  readonly websocketToken: string;
}

/** Talks to one Bastion as the reference client does, with the public form of each request. */
export interface Client {
  exchange(
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  socket(exchanged: Exchanged, path?: string): WebSocket;
  end(exchanged: Pick<Exchanged, 'authToken' | 'nodeId'>): Promise<Answer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
}

/** A client of the data plane at `host`. */
export async function connectTo(cloud: CustomCloudDocument, host: string): Promise<Client> {
  const ca = await readFile(cloud.caFile, 'utf8');
  const { port } = cloud.dataPlane;
  const call = (path: string, method: string, headers: Readonly<Record<string, string>>, body?: string) =>
    fetchText(`https://${host}${path}`, {
      method,
      headers,
      ca,
      connectTo: { port },
      ...(body === undefined ? {} : { body }),
    });
  return {
    exchange: (form, headers = {}) =>
      call(
        '/api/tokens',
        'POST',
        { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        new URLSearchParams({ protocol: 'tcptunnel', ...form }).toString(),
      ),
    socket(exchanged, path) {
      const token = encodeURIComponent(exchanged.websocketToken);
      const node = encodeURIComponent(exchanged.nodeId);
      const address = `wss://127.0.0.1:${port}${path ?? `/webtunnelv2/${token}?X-Node-Id=${node}`}`;
      const options = { ca, servername: host, headers: { host }, perMessageDeflate: false };
      return new WebSocket(address, options);
    },
    end: ({ authToken, nodeId }) =>
      call(`/api/tokens/${encodeURIComponent(authToken)}`, 'DELETE', { 'X-Node-Id': nodeId }),
    get: (path, headers = {}) => call(path, 'GET', headers),
    post: (path, body, headers) => call(path, 'POST', headers, body),
  };
}

/** Resolves at the next event of that name, with its arguments; rejects at an error before it. */
export function next(
  socket: WebSocket,
  event: 'open' | 'message' | 'close' | 'error' | 'pong' | 'ping',
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const emitter: EventEmitter = socket;
    emitter.once(event, (...values: unknown[]) => resolve(values));
    if (event !== 'error' && event !== 'close') emitter.once('error', reject);
    else emitter.on('error', () => undefined);
  });
}
