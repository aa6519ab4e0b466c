import type { Figure, Goal, Sample } from '../figures/figure.ts';
import { median } from './statistics.ts';

/** One figure of a whole run of the bench, as `--json` writes it. */
export interface FigureResult {
  /** Median of the runs. */
  readonly value: number;
  readonly unit: string;
  readonly runs: readonly number[];
  readonly baselines: Readonly<Record<string, number>>;
  /** The value divided by each baseline: medians of the quotients of single runs. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Why runs are missing. */
  readonly failures?: readonly string[];
}

/** Puts the runs of a figure together. */
export function summarise(
  figure: Figure,
  samples: readonly Sample[],
  failures: readonly string[],
): FigureResult {
  const names = [...new Set(samples.flatMap(({ baselines }) => Object.keys(baselines ?? {})))];
  const over = (pick: (sample: Sample, baseline: number) => number) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        tidy(median(samples.map((sample) => pick(sample, sample.baselines?.[name] ?? Number.NaN)))),
      ]),
    );
  const runs = samples.map(({ value }) => tidy(value));
  return {
    value: tidy(median(runs)),
    unit: figure.unit,
    runs,
    baselines: over((_sample, baseline) => baseline),
    ratios: over(({ value }, baseline) => value / baseline),
    ...(failures.length === 0 ? {} : { failures }),
  };
}

/** Four digits that count. */
function tidy(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
}

/** What a goal is held against. */
export function reachedBy(goal: Goal, result: FigureResult): number {
  return goal.against === undefined ? result.value : (result.ratios[goal.against] ?? Number.NaN);
}

/** Whether a goal is met; `false` for a figure that has failed. */
export function isReached(goal: Goal, result: FigureResult): boolean {
  const reached = reachedBy(goal, result);
  return goal.relation === '≥' ? reached >= goal.limit : reached <= goal.limit;
}

/** A goal in words: `≥ 4 × wsPipe`. */
export function goalText(goal: Goal, unit: string): string {
  return goal.against === undefined
    ? `${goal.relation} ${goal.limit} ${unit}`
    : `${goal.relation} ${goal.limit} × ${goal.against}`;
}

/** A figure in a line for the terminal. */
export function lineOf(figure: Figure, result: FigureResult): string {
  const baselines = Object.entries(result.baselines)
    .map(([name, value]) => `${name} ${value} (×${result.ratios[name]})`)
    .join(', ');
  const goals = figure.goals.map((goal) => {
    const mark = isReached(goal, result) ? 'reached' : 'NOT REACHED';
    return `${goalText(goal, result.unit)}: ${mark}`;
  });
  return [
    `${figure.id.padEnd(24)} ${String(result.value).padStart(8)} ${result.unit.padEnd(6)}`,
    ...(result.runs.length > 1 ? [`[${Math.min(...result.runs)} … ${Math.max(...result.runs)}]`] : []),
    ...(baselines === '' ? [] : [baselines]),
    ...(goals.length === 0 ? [] : [goals.join('; ')]),
    ...(result.failures === undefined ? [] : [`failed: ${result.failures.join(' | ')}`]),
  ].join('  ');
}
