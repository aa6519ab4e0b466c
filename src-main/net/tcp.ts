import { connect, type LookupFunction, type Socket } from 'node:net';

/** A TCP connection and how long its parts took, in milliseconds. */
export interface TcpConnection {
  readonly socket: Socket;
  readonly dnsMs: number | null;
  readonly tcpMs: number;
}

/** Connects without Nagle's delay. Rejects with Node's error, or with the reason of the signal. */
export function connectTcp(
  target: { readonly host: string; readonly port: number },
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const startMs = performance.now();
    let lookedUpMs: number | null = null;
    const socket = connect({ ...target, lookup, noDelay: true });
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('lookup', () => {
      lookedUpMs = performance.now();
    });
    // Stays for good: whoever reads the socket learns of its end there, and no error may be left without a listener.
    socket.on('error', fail);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      resolve({
        socket,
        dnsMs: lookedUpMs === null ? null : lookedUpMs - startMs,
        tcpMs: performance.now() - (lookedUpMs ?? startMs),
      });
    });
  });
}
