import type { Socket } from 'node:net';

/** Reads exact numbers of bytes from a socket, and none too many: what follows belongs to somebody else. */
export class ByteReader {
  private readonly socket: Socket;
  private readonly signal: AbortSignal;

  constructor(socket: Socket, signal: AbortSignal) {
    this.socket = socket;
    this.signal = signal;
  }

  /** The next `count` bytes, at least one. Rejects if the socket ends first or the signal is aborted. */
  read(count: number): Promise<Buffer> {
    const { socket, signal } = this;
    return new Promise((resolve, reject) => {
      const finish = () => {
        socket.off('readable', take);
        socket.off('error', fail);
        socket.off('close', end);
        socket.off('end', end);
        signal.removeEventListener('abort', abort);
      };
      const fail = (error: unknown) => {
        finish();
        reject(error);
      };
      const end = () => fail(new Error('the proxy closed the connection'));
      const abort = () => fail(signal.reason);
      const take = () => {
        const bytes = socket.read(count) as Buffer | null;
        if (bytes === null) return;
        finish();
        // At the end of the stream `read` hands out what is left, even if it is less.
        if (bytes.length === count) resolve(bytes);
        else reject(new Error('the proxy closed the connection'));
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      socket.on('readable', take);
      socket.on('error', fail);
      socket.on('close', end);
      socket.on('end', end);
      take();
    });
  }
}
