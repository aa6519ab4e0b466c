import { expect, test } from 'vitest';
import type { Figure, Goal } from '../figures/figure.ts';
import { busiest, topFunctions } from './profile.ts';
import { isReached, lineOf, reachedBy, summarise } from './results.ts';
import { median, quantile, robustSlope } from './statistics.ts';

const goals: readonly Goal[] = [
  { against: 'socat', relation: '≥', limit: 2 },
  { relation: '≤', limit: 21 },
];
const figure: Figure = { id: 'a.b', unit: 'MB/s', about: 'x', goals };

test('quantiles lie between the values', () => {
  expect([median([3, 1, 2]), median([1, 2]), quantile([1, 2, 3, 4, 5], 0.95)]).toEqual([2, 1.5, 4.8]);
});

test('an outlier does not turn the line', () => {
  const points = Array.from({ length: 20 }, (_each, index) => [index, 100 + index * 2] as const);
  expect(robustSlope([...points.slice(0, 19), [19, 5000]])).toBe(2);
});

test('ratios are medians of single runs, not quotients of medians', () => {
  const result = summarise(
    figure,
    [
      { value: 10, baselines: { socat: 10 } },
      { value: 30, baselines: { socat: 10 } },
      { value: 20, baselines: { socat: 4 } },
    ],
    [],
  );
  expect(result).toEqual({
    value: 20,
    unit: 'MB/s',
    runs: [10, 30, 20],
    baselines: { socat: 10 },
    ratios: { socat: 3 },
  });
  expect(goals.map((goal) => [reachedBy(goal, result), isReached(goal, result)])).toEqual([
    [3, true],
    [20, true],
  ]);
});

test('a figure without runs has reached nothing, and says why', () => {
  const result = summarise(figure, [], ['it hung']);
  expect(goals.map((goal) => isReached(goal, result))).toEqual([false, false]);
  expect(lineOf(figure, result)).toContain('failed: it hung');
});

test('a profile is told by its busiest thread, without waiting', () => {
  const node = (id: number, functionName: string) => ({
    id,
    callFrame: { functionName, url: 'file:///a/x.js', lineNumber: 4 },
  });
  const idle = { nodes: [node(1, '(idle)')], samples: [1, 1, 1], timeDeltas: [9, 9, 9] };
  const busy = { nodes: [node(1, '(idle)'), node(2, 'mask')], samples: [1, 2, 2], timeDeltas: [5, 1, 1] };
  expect(topFunctions(busiest([idle, busy]), 5)).toEqual(['100.0 %  mask x.js:5']);
});
