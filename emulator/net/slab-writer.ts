import type { Socket } from 'node:net';

const slabBytes = 64 * 1024;
const mostKept = 512;
const kept: Buffer[] = [];

/** Writes to a socket out of reused memory. What is said while a write is under way goes out together with the next. */
export class SlabWriter {
  /** Bytes that the system has not taken yet. */
  pendingBytes = 0;
  private readonly socket: Socket;
  private readonly onWritten: () => void;
  private slab: Buffer | undefined;
  private used = 0;
  private writes = 0;

  constructor(socket: Socket, onWritten: () => void) {
    this.socket = socket;
    this.onWritten = onWritten;
  }

  /** Copies `source[start, end)`. It leaves with `flush` at the latest. */
  append(source: Buffer, start: number, end: number): void {
    this.pendingBytes += end - start;
    let at = start;
    while (at < end) {
      this.slab ??= kept.pop() ?? Buffer.allocUnsafeSlow(slabBytes);
      const length = Math.min(end - at, slabBytes - this.used);
      source.copy(this.slab, this.used, at, at + length);
      this.used += length;
      at += length;
      if (this.used === slabBytes) this.writeSlab();
    }
  }

  /** Sends what was appended, unless a write is under way: then it follows at the end of that. */
  flush(): void {
    if (this.writes === 0 && this.used > 0) this.writeSlab();
  }

  /** Writes a lasting block as it is, behind what was appended. */
  writeBlock(block: Buffer): void {
    if (this.used > 0) this.writeSlab();
    this.pendingBytes += block.length;
    this.write(block, () => undefined);
  }

  /** Sends everything that is left, whatever is under way. */
  finish(): void {
    if (this.used > 0) this.writeSlab();
  }

  private writeSlab(): void {
    const { slab, used } = this;
    if (slab === undefined) return;
    this.slab = undefined;
    this.used = 0;
    this.write(slab.subarray(0, used), () => {
      if (kept.length < mostKept) kept.push(slab);
    });
  }

  private write(bytes: Buffer, done: () => void): void {
    this.writes += 1;
    this.socket.write(bytes, () => {
      this.writes -= 1;
      this.pendingBytes -= bytes.length;
      done();
      // A write that failed is no reason to write more.
      if (!this.socket.writable) return;
      this.flush();
      this.onWritten();
    });
  }
}
