import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Identity } from './certificates.ts';

/** A server on a free port of 127.0.0.1 that ends with everything connected to it. */
export interface TestServer {
  readonly port: number;
  readonly connections: () => number;
  readonly dispose: () => Promise<void>;
}

/** Starts any server. */
export async function start(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    dispose: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A TLS server that sends everything back, and keeps what it got. */
export async function startTlsEcho(identity: Identity, options: TlsOptions = {}) {
  const received: Buffer[] = [];
  const resumed: boolean[] = [];
  const server = createTlsServer({ ...identity, ...options }, (socket) => {
    resumed.push(socket.isSessionReused());
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      socket.write(chunk);
    });
    socket.on('end', () => socket.end());
  });
  server.on('tlsClientError', () => undefined);
  return { ...(await start(server)), received: () => Buffer.concat(received).toString(), resumed };
}

/** How a test's proxy answers a CONNECT; null: it opens the way. */
export type Refuse = (request: IncomingMessage) => string | null;

/** An HTTP proxy that knows CONNECT only. Every way leads to 127.0.0.1, to the port that was asked for. */
export async function startConnectProxy(refuse: Refuse = () => null, identity: Identity | null = null) {
  const asked: { authority: string; authorization: string | null }[] = [];
  const server = identity === null ? createHttpServer() : createHttpsServer({ ...identity });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push({
      authority: request.url ?? '',
      authorization: request.headers['proxy-authorization'] ?? null,
    });
    const refusal = refuse(request);
    if (refusal !== null) {
      socket.end(refusal);
      return;
    }
    join(socket, Number(/:(\d+)$/.exec(request.url ?? '')?.[1]), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) socket.unshift(head);
    });
  });
  server.on('tlsClientError', () => undefined);
  return { ...(await start(server)), asked };
}

/** A SOCKS5 proxy. Every way leads to 127.0.0.1; `reply` other than 0 refuses it. */
export async function startSocksProxy(
  users: Readonly<Record<string, string>> | null,
  reply = 0,
): Promise<TestServer & { readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createTcpServer((socket) => {
    void serveSocks(socket, users, reply, asked).catch(() => socket.destroy());
  });
  return { ...(await start(server)), asked };
}

async function serveSocks(
  socket: Socket,
  users: Readonly<Record<string, string>> | null,
  reply: number,
  asked: string[],
): Promise<void> {
  const take = async (count: number): Promise<Buffer> => {
    for (;;) {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes !== null) return bytes;
      await once(socket, 'readable');
    }
  };
  const text = async () => (await take((await take(1))[0] ?? 0)).toString();
  const methods = await take((await take(2))[1] ?? 0);
  const wanted = users === null ? 0 : 2;
  socket.write(Buffer.from([5, methods.includes(wanted) ? wanted : 0xff]));
  if (users !== null) {
    await take(1);
    const user = await text();
    const isRight = users[user] === (await text());
    socket.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) return;
  }
  const kind = (await take(4))[3];
  const host =
    kind === 3 ? await text() : kind === 4 ? (await take(16)).toString('hex') : (await take(4)).join('.');
  const port = (await take(2)).readUInt16BE();
  asked.push(`${host} ${port}`);
  if (reply !== 0) {
    socket.end(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
    return;
  }
  // The kind of address in the answer is the proxy's choice: here a name, the one with a length of its own.
  join(socket, port, () => socket.write(Buffer.from([5, 0, 0, 3, 2, 0x61, 0x62, 0, 0])));
}

/** Joins a socket to a port of this computer, whichever end goes first. */
function join(socket: Socket, port: number, opened: () => void): void {
  const onward = connect(port, '127.0.0.1', () => {
    opened();
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.destroy());
  onward.on('close', () => socket.destroy());
  socket.on('error', () => onward.destroy());
  socket.on('close', () => onward.destroy());
}
