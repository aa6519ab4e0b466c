import type { ConnectionStep, StepTiming } from '../../shared/tunnel.ts';

/** When each step of one connection began and ended: the bars of its waterfall. */
export class Timeline {
  private readonly originMs: number;
  private readonly onEnded: (step: ConnectionStep, durationMs: number) => void;
  private bars: StepTiming[] = [];
  private attempt = 1;

  /** `onEnded` hears of every step that is over. */
  constructor(onEnded: (step: ConnectionStep, durationMs: number) => void) {
    this.originMs = performance.now();
    this.onEnded = onEnded;
  }

  get timings(): readonly StepTiming[] {
    return this.bars;
  }

  /** Milliseconds since the connection was accepted. */
  get nowMs(): number {
    return performance.now() - this.originMs;
  }

  beginAttempt(attempt: number): void {
    this.attempt = attempt;
  }

  begin(step: ConnectionStep): void {
    this.bars = [...this.bars, { step, attempt: this.attempt, startMs: this.nowMs, endMs: null }];
  }

  /** Ends the latest bar of the step. */
  end(step: ConnectionStep): void {
    const index = this.bars.findLastIndex((bar) => bar.step === step && bar.endMs === null);
    const bar = this.bars[index];
    if (bar === undefined) return;
    const endMs = this.nowMs;
    this.bars = this.bars.with(index, { ...bar, endMs });
    this.onEnded(step, endMs - bar.startMs);
  }

  /** Adds bars that were measured elsewhere, one after the other, the last of them ending at `endMs`. */
  addMeasured(steps: readonly (readonly [ConnectionStep, number | null])[], endMs: number): void {
    const measured = steps.filter((step): step is readonly [ConnectionStep, number] => step[1] !== null);
    let startMs = endMs - measured.reduce((sum, [, durationMs]) => sum + durationMs, 0);
    for (const [step, durationMs] of measured) {
      this.bars = [...this.bars, { step, attempt: this.attempt, startMs, endMs: startMs + durationMs }];
      startMs += durationMs;
      this.onEnded(step, durationMs);
    }
  }

  /** Whatever is still running has ended now: the connection is over. */
  close(): void {
    const endMs = this.nowMs;
    this.bars = this.bars.map((bar) => (bar.endMs === null ? { ...bar, endMs } : bar));
  }
}
