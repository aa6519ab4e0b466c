import type { Stage } from '../lib/stage.ts';

/** What a figure should reach: by itself, or against a baseline of the same run. */
export interface Goal {
  /** The baseline that the value is divided by; absent: the value itself. */
  readonly against?: string;
  readonly relation: '≥' | '≤';
  readonly limit: number;
}

/** One number that the bench gives. */
export interface Figure {
  readonly id: string;
  readonly unit: string;
  /** What it is, in a line. */
  readonly about: string;
  readonly goals: readonly Goal[];
}

/** One figure's value in one run, and what the baselines reached beside it. */
export interface Sample {
  readonly value: number;
  readonly baselines?: Readonly<Record<string, number>>;
}

/** How much is done in a run. */
export interface Effort {
  readonly isQuick: boolean;
}

/** A measurement that gives one figure or several. App and baselines take turns within a run. */
export interface Experiment<S = Stage> {
  readonly figures: readonly Figure[];
  /** Where a run takes minutes: no more of them than this. */
  readonly mostRuns?: number;
  /** A run that takes longer has failed. */
  readonly limitMs: number;
  /** Once, before the first run. */
  prepare?(stage: S): Promise<void>;
  run(stage: S, effort: Effort): Promise<Readonly<Record<string, Sample>>>;
  /** Once, after the last run, also if one has failed. */
  finish?(stage: S): Promise<void>;
}
