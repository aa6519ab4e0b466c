import { isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';

/** Where to, and how. */
export interface HandshakeOptions {
  readonly host: string;
  readonly port: number;
  readonly context: SecureContext;
  readonly signal: AbortSignal;
  /** A stream that leads to the host already; without it, `plain` says how to get there. */
  readonly over?: Socket;
  readonly lookup?: ConnectionOptions['lookup'];
  readonly session?: Buffer | undefined;
  readonly onread?: OnReadOpts | undefined;
  readonly alpn?: readonly string[] | undefined;
  /** Tickets of the server, verified or not. */
  readonly onTicket?: (ticket: Buffer) => void;
}

/** A verified connection and when its parts were reached, on the clock of `performance.now()`. */
export interface Handshake {
  readonly socket: TLSSocket;
  readonly lookedUpAtMs: number | null;
  readonly connectedAtMs: number;
}

/** TLS with a peer whose certificate is verified. Rejects with Node's error or the reason of the signal. */
export function shakeHands(options: HandshakeOptions): Promise<Handshake> {
  const { signal, over } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      over?.destroy();
      reject(signal.reason);
      return;
    }
    let lookedUpAtMs: number | null = null;
    let connectedAtMs = performance.now();
    const socket = connect({
      ...connectionOptions(options),
      // Node takes `onread` only where it makes the connection itself; over a stream of ours the socket emits `data`.
      ...(over === undefined ? { port: options.port, lookup: options.lookup } : { socket: over }),
      ...(options.session === undefined ? {} : { session: options.session }),
      ...(options.onread === undefined || over !== undefined ? {} : { onread: options.onread }),
    } as ConnectionOptions);
    socket.setNoDelay(true);
    const finish = () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
    };
    const fail = (error: unknown) => {
      finish();
      socket.on('error', () => undefined); // nobody is left to hear of a second one
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('lookup', () => {
      lookedUpAtMs = performance.now();
    });
    socket.once('connect', () => {
      connectedAtMs = performance.now();
    });
    socket.once('error', fail);
    if (options.onTicket !== undefined) socket.on('session', options.onTicket);
    socket.once('secureConnect', () => {
      finish();
      resolve({ socket, lookedUpAtMs, connectedAtMs });
    });
  });
}

/** What names the peer. `host` is what its certificate is checked against, also over a stream of ours. */
function connectionOptions({ host, context, alpn }: HandshakeOptions): ConnectionOptions {
  return {
    host,
    servername: isIP(host) === 0 ? host : '', // an address is no server name (RFC 6066, 3)
    secureContext: context,
    rejectUnauthorized: true,
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
}
