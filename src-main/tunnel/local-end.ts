import { Socket } from 'node:net';
import { type BufferPool } from './buffer-pool.ts';
import { PooledWriter } from './pooled-writer.ts';
import { ReadTurn } from './read-turn.ts';

/** What all local connections of the thread read into; whoever reads is done with it when the call returns. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);
/** Views of it, the smallest first: how much one read may bring. */
const views = [4, 16, 64].map((kibibytes) => scratch.subarray(0, kibibytes * 1024));
const [smallView = scratch] = views;

/** A handle as Node keeps it in an accepted socket. Undocumented: a test holds it, and there is a way without. */
interface WithHandle {
  _handle: object | null;
}

/** Who reads a local connection. */
export interface LocalReader {
  /** `buffer[0, bytes)` is valid only during the call. */
  readonly onRead: (buffer: Buffer, bytes: number) => void;
  readonly onWritten: () => void;
}

/** The local program's end of a connection: paused until {@link resume}, half-open until both sides have ended. */
export class LocalEnd {
  readonly socket: Socket;
  readonly writer: PooledWriter;
  /** How it reads: into reused memory, or by Node's `data` events where handles cannot be taken over. */
  readonly reads: 'in-place' | 'events';
  private view = scratch;
  private readonly turn: ReadTurn;
  private reader: LocalReader | null = null;

  /** `accepted` comes from a server with `allowHalfOpen` and `pauseOnConnect`, and is used up by this. */
  constructor(accepted: Socket, pool: BufferPool) {
    const rewrapped = rewrap(
      accepted,
      () => this.view,
      (bytes) => this.read(scratch, bytes),
    );
    this.reads = rewrapped === null ? 'events' : 'in-place';
    this.socket = rewrapped ?? accepted;
    this.turn = new ReadTurn(this.socket, 'held');
    this.writer = new PooledWriter({
      socket: this.socket,
      pool,
      onWritten: () => this.reader?.onWritten(),
    });
    this.socket.setNoDelay(true);
    if (rewrapped === null) {
      accepted.on('data', (chunk: Buffer) => this.read(chunk, chunk.length));
      accepted.pause();
    }
  }

  attach(reader: LocalReader): void {
    this.reader = reader;
  }

  /** How much one read should bring from now on; a size that suits is taken. */
  readAtATime(bytes: number): void {
    this.view = views.findLast((view) => view.length <= bytes) ?? smallView;
  }

  pause(): void {
    this.turn.hold();
  }

  resume(): void {
    this.turn.release();
  }

  private read(buffer: Buffer, bytes: number): void {
    this.turn.took(bytes);
    this.reader?.onRead(buffer, bytes);
  }
}

/**
 * The same connection as a socket that reads into reused memory, which Node offers only for sockets it opens itself.
 * Null where an accepted socket does not look as expected.
 */
function rewrap(accepted: Socket, nextView: () => Buffer, onRead: (bytes: number) => void): Socket | null {
  const holder = accepted as unknown as WithHandle;
  const handle = holder._handle;
  if (typeof handle !== 'object' || handle === null || !('useUserBuffer' in handle)) return null;
  const options = {
    handle,
    allowHalfOpen: true,
    pauseOnCreate: true,
    onread: {
      buffer: nextView,
      callback: (bytes: number) => {
        onRead(bytes);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  holder._handle = null;
  // Only the empty shell goes; the server counts one connection less, which nobody here relies on.
  accepted.destroy();
  return socket;
}
