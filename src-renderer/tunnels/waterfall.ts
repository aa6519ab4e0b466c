import type { StepTiming, TunnelConnection } from '../../shared/tunnel.ts';

/** One bar: where it begins and how wide it is, in percent of the whole, and how long the step took. */
export interface Bar {
  readonly step: StepTiming['step'];
  readonly attempt: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly left: number;
  readonly width: number;
  readonly state: 'done' | 'running' | 'stopped';
}

/** The bars of a connection over time. */
export interface Waterfall {
  readonly bars: readonly Bar[];
  readonly totalMs: number;
  readonly attempts: number;
}

/** A bar that took no time is still seen. */
const narrowestPercent = 0.6;

/**
 * Lays the steps of a connection out over time. `nowMs` is its clock, and ends the bars of steps that still run. A step that
 * was still running when a connection failed is where it stopped.
 */
export function layOutWaterfall(connection: TunnelConnection, nowMs: number): Waterfall {
  const { timings, state } = connection;
  const hasFailed = state.kind === 'closed' && state.reason === 'failed';
  // What was begun beside the check of the program is taken back afterwards.
  const wasRefused = state.kind === 'closed' && state.error?.code === 'local-client-refused';
  const endOf = (timing: StepTiming) => Math.max(timing.startMs, timing.endMs ?? nowMs);
  const totalMs = Math.max(0, ...timings.map(endOf));
  const percent = (ms: number) => (totalMs === 0 ? 0 : (ms / totalMs) * 100);
  const bars = timings.map((timing): Bar => {
    const endMs = endOf(timing);
    const width = Math.max(narrowestPercent, percent(endMs - timing.startMs));
    const isEnd = wasRefused ? timing.step === 'admission' : endMs === totalMs;
    return {
      step: timing.step,
      attempt: timing.attempt,
      startMs: timing.startMs,
      durationMs: endMs - timing.startMs,
      left: Math.min(100 - width, percent(timing.startMs)),
      width,
      state: timing.endMs === null ? 'running' : hasFailed && isEnd ? 'stopped' : 'done',
    };
  });
  return {
    bars: bars.toSorted((a, b) => a.attempt - b.attempt || a.startMs - b.startMs),
    totalMs,
    attempts: Math.max(1, ...timings.map((timing) => timing.attempt)),
  };
}
