import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** Says on standard error that the emulator itself is wrong: a request met an error nobody expected. */
export function reportBug(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/** A request, read. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  /** Host header without its port, lower case. */
  readonly host: string;
  readonly headers: IncomingMessage['headers'];
  /** Reads the body once. Throws if it is over 4 MiB. */
  body(): Promise<string>;
}

/** An answer. `body` is sent as JSON unless it is text. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

/** What a handler may do beside answering: never answer, or cut the connection. */
export type Outcome = Reply | 'hang' | 'reset';

/** Answers calls. Throws only for bugs, which become a 500. */
export type Handler = (call: Call) => Promise<Outcome>;

const bodyLimit = 4 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > bodyLimit) throw new Error('request body too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function toCall(request: IncomingMessage, scheme: string): Call {
  const authority = request.headers.host ?? 'localhost';
  let read: Promise<string> | undefined;
  return {
    method: request.method ?? 'GET',
    url: new URL(`${scheme}://${authority}${(request.url ?? '/').replace(/^\/+/, '/')}`),
    host: authority.replace(/:\d+$/, '').toLowerCase(),
    headers: request.headers,
    body: () => (read ??= readBody(request)),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.statusCode = reply.status;
  if (reply.body === undefined) {
    response.end();
    return;
  }
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  if (!response.hasHeader('content-type')) {
    response.setHeader(
      'Content-Type',
      typeof reply.body === 'string' ? 'text/plain;charset=utf-8' : 'application/json; charset=utf-8',
    );
  }
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** Turns a handler into what Node's server wants. */
export function serve(
  handler: Handler,
  scheme: 'http' | 'https',
  reset: (socket: Socket) => void = (socket) => socket.destroy(),
): RequestListener {
  return (request, response) => {
    let call: Call;
    try {
      call = toCall(request, scheme);
    } catch {
      // A Host header or path that is no URL.
      send(response, { status: 400, body: 'Bad Request' });
      return;
    }
    handler(call).then(
      (outcome) => {
        if (outcome === 'hang') return;
        if (outcome === 'reset') reset(request.socket);
        else send(response, outcome);
      },
      (error: unknown) => {
        // Whoever asked has gone in the middle of the question: nobody's fault.
        if (request.destroyed && !request.complete) return;
        reportBug(error);
        if (!response.headersSent) send(response, { status: 500, body: 'The emulator failed; see its log.' });
      },
    );
  };
}

/** A listening server on 127.0.0.1. */
export interface Listener {
  readonly port: number;
  readonly server: Server | HttpsServer;
  /** Cuts the connection that a request or upgrade came on with a TCP reset. */
  reset(socket: Socket): void;
  /** Cuts every connection and stops listening. */
  dispose(): Promise<void>;
}

/** Opens a listener on 127.0.0.1; port 0 takes a free one. Rejects if the port is taken. */
export async function listen(
  options: {
    readonly port: number;
    readonly tls?: { readonly key: string; readonly cert: string };
    readonly maxHeaderBytes?: number;
  },
  onRequest: RequestListener,
): Promise<Listener> {
  const shared = { maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024, keepAliveTimeout: 60_000 };
  const server = options.tls
    ? createHttps(
        { ...shared, key: options.tls.key, cert: options.tls.cert, ALPNProtocols: ['http/1.1'] },
        onRequest,
      )
    : createHttp(shared, onRequest);
  // The raw sockets are kept: those of an upgraded or half-made TLS connection are unknown to the HTTP server.
  const sockets = new Map<number, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = socket.remotePort ?? 0;
    socket.setNoDelay(true);
    sockets.set(peer, socket);
    socket.on('close', () => {
      if (sockets.get(peer) === socket) sockets.delete(peer);
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    reset(socket) {
      // A TLS socket cannot be reset; the TCP socket under it can.
      const raw = sockets.get(socket.remotePort ?? -1);
      if (raw) raw.resetAndDestroy();
      socket.destroy();
    },
    dispose: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

/** Waits; 0 does not even yield to a timer. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
}

/** Fields of a form body. A field given twice keeps its last value. */
export function parseForm(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(text));
}
