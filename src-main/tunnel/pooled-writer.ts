import type { Socket } from 'node:net';
import type { BufferPool } from './buffer-pool.ts';

interface Needs {
  readonly socket: Socket;
  readonly pool: BufferPool;
  /** Runs when a write has left this process. */
  readonly onWritten: () => void;
}

/** Writes that may wait in the socket at a time: behind them a buffer is filled before it follows, however small its parts. */
const mostWrites = 16;

/**
 * Gathers bytes in pooled buffers and writes them to a socket. What is appended in one turn of the event loop goes out
 * in as few writes as possible, but the first of a turn goes out at once: a keystroke does not wait for company.
 */
export class PooledWriter {
  private readonly needs: Needs;
  private slab: Buffer | null = null;
  private used = 0;
  private inFlightBytes = 0;
  private inFlightWrites = 0;
  private isGathering = false;

  constructor(needs: Needs) {
    this.needs = needs;
    needs.socket.once('close', needs.pool.join());
  }

  /** Whether so much is on its way that its source should not be read any more. */
  get isFull(): boolean {
    return this.pendingBytes >= this.needs.pool.highWaterBytes;
  }

  /** Whether so little is left that its source may be read again. */
  get isLow(): boolean {
    return this.pendingBytes <= this.needs.pool.highWaterBytes / 4;
  }

  /** Bytes that have been appended and have not left this process. */
  get pendingBytes(): number {
    return this.inFlightBytes + this.used;
  }

  /** Appends a copy of `source[start, end)`. */
  append(source: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const slab = this.slab !== null && this.used < this.slab.length ? this.slab : this.reserve(end - at);
      const length = Math.min(end - at, slab.length - this.used);
      source.copy(slab, this.used, at, at + length);
      this.used += length;
      at += length;
    }
  }

  /**
   * A buffer with room for `bytes` from {@link position} on, and if possible for `following` after them; what is put there
   * counts after {@link commit}.
   */
  reserve(bytes: number, following = 0): Buffer {
    if (this.slab !== null && this.slab.length - this.used < bytes) this.flush();
    this.slab ??= this.needs.pool.take(bytes + following);
    return this.slab;
  }

  get position(): number {
    return this.used;
  }

  commit(bytes: number): void {
    this.used += bytes;
  }

  /** To be called when a chunk has been appended: writes now, or at the end of this turn if something was written in it. */
  endChunk(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    this.flushInTurn();
    setImmediate(() => {
      this.isGathering = false;
      this.flushInTurn();
    });
  }

  /** Hands what has been gathered to the socket. */
  flush(): void {
    const { slab, used } = this;
    if (slab === null) return;
    this.slab = null;
    this.used = 0;
    const { socket, pool, onWritten } = this.needs;
    if (used === 0 || socket.destroyed) {
      pool.give(slab);
      return;
    }
    this.inFlightBytes += used;
    this.inFlightWrites++;
    socket.write(slab.subarray(0, used), (error) => {
      this.inFlightBytes -= used;
      this.inFlightWrites--;
      // After an error or on a closed socket the kernel may still read from it: it is left to the garbage collector.
      if (error || socket.destroyed) return;
      pool.give(slab);
      if (!this.isGathering) this.flushInTurn();
      onWritten();
    });
  }

  private flushInTurn(): void {
    if (this.inFlightWrites < mostWrites) this.flush();
  }
}
