/** Window over which the speed is taken, in milliseconds. */
const windowMs = 3_000;

/** Bytes per second over the last seconds. */
export class SpeedMeter {
  private readonly nowMs: () => number;
  private samples: { readonly atMs: number; readonly bytes: number }[] = [];
  private readonly startedAtMs: number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
    this.startedAtMs = nowMs();
  }

  add(bytes: number): void {
    const atMs = this.nowMs();
    const last = this.samples.at(-1);
    // One sample a tenth of a second is enough, however small the writes are.
    if (last !== undefined && atMs - last.atMs < 100) {
      this.samples[this.samples.length - 1] = { atMs: last.atMs, bytes: last.bytes + bytes };
    } else this.samples.push({ atMs, bytes });
  }

  bytesPerSecond(): number {
    const now = this.nowMs();
    this.samples = this.samples.filter((sample) => now - sample.atMs <= windowMs);
    const spanMs = Math.min(windowMs, now - this.startedAtMs);
    const bytes = this.samples.reduce((sum, sample) => sum + sample.bytes, 0);
    return spanMs <= 0 ? 0 : Math.round((bytes * 1000) / spanMs);
  }
}
