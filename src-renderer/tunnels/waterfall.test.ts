import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import type { TunnelConnection } from '../../shared/tunnel.ts';
import { connection, failedState } from './test-tunnel.ts';
import { layOutWaterfall } from './waterfall.ts';

const timings: TunnelConnection['timings'] = [
  { step: 'token', attempt: 1, startMs: 0, endMs: 60 },
  { step: 'tls', attempt: 1, startMs: 20, endMs: 40 },
  { step: 'upgrade', attempt: 1, startMs: 60, endMs: 100 },
];

test('bars stand over the time that the connection took', () => {
  const { bars, totalMs, attempts } = layOutWaterfall({ ...connection, timings }, 5000);
  expect(totalMs).toBe(100);
  expect(attempts).toBe(1);
  expect(bars.map(({ step, left, width }) => [step, left, width])).toEqual([
    ['token', 0, 60],
    ['tls', 20, 20],
    ['upgrade', 60, 40],
  ]);
});

test('a running step ends now', () => {
  const running = [...timings, { step: 'first-byte' as const, attempt: 1, startMs: 100, endMs: null }];
  const { bars } = layOutWaterfall({ ...connection, timings: running }, 200);
  expect(bars.at(-1)).toMatchObject({ state: 'running', durationMs: 100, left: 50, width: 50 });
});

test('a failed connection stopped at the step that ended last', () => {
  const { bars } = layOutWaterfall({ ...connection, timings, state: failedState }, 0);
  expect(bars.map(({ state }) => state)).toEqual(['done', 'done', 'stopped']);
});

test('a program that was turned away stopped at its check, whatever was taken back after it', () => {
  const checked = [{ step: 'admission' as const, attempt: 1, startMs: 0, endMs: 30 }, ...timings];
  const state = { ...failedState, error: appError('local-client-refused') };
  const { bars } = layOutWaterfall({ ...connection, timings: checked, state }, 0);
  expect(bars.filter((bar) => bar.state === 'stopped').map(({ step }) => step)).toEqual(['admission']);
});

test('attempts stand one after the other, and a step without a length is seen', () => {
  const again = [{ step: 'token' as const, attempt: 2, startMs: 100, endMs: 100 }, ...timings];
  const { bars, attempts } = layOutWaterfall({ ...connection, timings: again }, 0);
  expect(attempts).toBe(2);
  expect(bars.at(-1)).toMatchObject({ attempt: 2, left: 99.4, width: 0.6 });
});

test('nothing has happened yet', () => {
  expect(layOutWaterfall({ ...connection, timings: [] }, 10)).toEqual({ bars: [], totalMs: 0, attempts: 1 });
});
