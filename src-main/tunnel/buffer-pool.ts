/** Size of a buffer: a whole 64 KiB read with the frame headers that it needs, twice over. */
export const slabBytes = 132 * 1024;

/** How many unused buffers are kept for the next who needs one. */
const keptSlabs = 32;

/**
 * One pool of equal buffers for everything on a thread. Fresh memory is what costs most in Electron, so buffers go round;
 * a connection holds one only while bytes are on their way out of it, an idle one holds none. A buffer that is still being
 * written must not come back: see `PooledWriter`.
 */
export class BufferPool {
  private readonly free: Buffer[] = [];

  take(): Buffer {
    // Slow: an allocation of its own, not a part of Node's shared 8 KiB block.
    return this.free.pop() ?? Buffer.allocUnsafeSlow(slabBytes);
  }

  give(slab: Buffer): void {
    if (this.free.length < keptSlabs) this.free.push(slab);
  }
}
