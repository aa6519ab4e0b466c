import type { Socket } from 'node:net';
import type { Result } from '../../shared/result.ts';
import type { ConnectTimes, SecureConnector } from '../net/secure-connector.ts';
import type { BufferPool } from './buffer-pool.ts';
import { PooledWriter } from './pooled-writer.ts';
import { ReadTurn } from './read-turn.ts';

/** TLS hands over at most 16 KiB at a time; this is the buffer that all TLS connections of the thread read into. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Who reads a bare connection. */
export interface BareReader {
  /** `buffer[0, bytes)` is valid only during the call. */
  readonly onRead: (buffer: Buffer, bytes: number) => void;
  readonly onWritten: () => void;
  /** The other side has closed or the connection is lost; `error` is null for an orderly end. */
  readonly onEnd: (error: Error | null) => void;
}

/**
 * A TLS connection over which nothing has been said yet. Reads go into one buffer that all connections share: whoever
 * reads must be done with it when the call returns.
 */
export class BareConnection {
  /** How long it took to make; null: it stood ready before anybody asked for it. */
  times: ConnectTimes | null;
  readonly socket: Socket;
  readonly writer: PooledWriter;
  private readonly turn: ReadTurn;
  private reader: BareReader | null = null;
  private hasEnded = false;
  private endError: Error | null = null;

  private constructor(
    socket: Socket,
    times: ConnectTimes,
    pool: BufferPool,
    hooks: { read: (bytes: number) => void },
  ) {
    this.socket = socket;
    this.times = times;
    this.turn = new ReadTurn(socket, 'reading');
    this.writer = new PooledWriter({ socket, pool, onWritten: () => this.reader?.onWritten() });
    hooks.read = (bytes) => {
      // Nobody speaks first on a bare connection; whatever it is, it cannot be trusted to be ours.
      if (this.reader === null) {
        socket.destroy();
        return;
      }
      this.turn.took(bytes);
      this.reader.onRead(scratch, bytes);
    };
    // Through a proxy Node cannot read into our memory and hands over its own.
    socket.on('data', (chunk: Buffer) => {
      this.turn.took(chunk.length);
      this.reader?.onRead(chunk, chunk.length);
    });
    socket.on('error', (error) => {
      this.endError = error;
    });
    socket.on('end', () => this.end());
    socket.on('close', () => this.end());
  }

  static async open(
    connector: SecureConnector,
    pool: BufferPool,
    target: { readonly host: string; readonly port: number },
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<Result<BareConnection>> {
    const hooks: { read: (bytes: number) => void } = { read: () => undefined };
    const connected = await connector.connect(target, {
      ...options,
      unreachable: 'bastion-unreachable',
      onread: {
        buffer: scratch,
        callback: (bytes) => {
          hooks.read(bytes);
          return true;
        },
      },
    });
    if (!connected.ok) return connected;
    const { socket, times } = connected.value;
    return { ok: true, value: new BareConnection(socket, times, pool, hooks) };
  }

  /** Whether it can still be used. */
  get isUsable(): boolean {
    return !this.hasEnded && !this.socket.destroyed;
  }

  pause(): void {
    this.turn.hold();
  }

  resume(): void {
    this.turn.release();
  }

  /** From now on `reader` gets what comes. An end that has come before is told at once. */
  attach(reader: BareReader): void {
    this.reader = reader;
    if (this.hasEnded) queueMicrotask(() => this.reader?.onEnd(this.endError));
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.reader?.onEnd(this.endError);
  }
}
