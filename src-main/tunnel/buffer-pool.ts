/** Size of a buffer for bulk: a whole 64 KiB read with the frame headers that it needs. */
export const slabBytes = 68 * 1024;

/** For keystrokes, pings and close frames: a crowd of those must not take a large buffer each. */
const smallSlabBytes = 8 * 1024;

/** How many unused buffers are kept for the next who needs one. */
const keptSlabs = 96;
const keptSmallSlabs = 256;

/** What all connections together may hold that is on its way out; few may hold more each than many. */
const sharedBytes = 32 * 1024 * 1024;
const mostBytesEach = 512 * 1024;
const leastBytesEach = 64 * 1024;

/**
 * One pool of buffers for everything on a thread. Fresh memory is what costs most in Electron, so buffers go round; a
 * connection holds one only while bytes are on their way out of it, an idle one holds none. A buffer that is still being
 * written must not come back: see `PooledWriter`.
 */
export class BufferPool {
  private readonly free: Buffer[] = [];
  private readonly freeSmall: Buffer[] = [];
  private users = 0;

  /** A buffer for `bytes`, or a full-sized one if they are more than fit any. */
  take(bytes: number): Buffer {
    // Slow: an allocation of its own, not a part of Node's shared 8 KiB block.
    return bytes <= smallSlabBytes
      ? (this.freeSmall.pop() ?? Buffer.allocUnsafeSlow(smallSlabBytes))
      : (this.free.pop() ?? Buffer.allocUnsafeSlow(slabBytes));
  }

  give(slab: Buffer): void {
    if (slab.length === smallSlabBytes) {
      if (this.freeSmall.length < keptSmallSlabs) this.freeSmall.push(slab);
    } else if (this.free.length < keptSlabs) this.free.push(slab);
  }

  /** Somebody writes from now on; to be called back when that is over. */
  join(): () => void {
    this.users++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.users--;
    };
  }

  /** Bytes on their way out of one writer at which its source should not be read any more. */
  get highWaterBytes(): number {
    return Math.min(mostBytesEach, Math.max(leastBytesEach, sharedBytes / Math.max(1, this.users)));
  }
}
