import { expect, test } from 'vitest';
import { UplinkWindow } from './uplink-window.ts';

interface Link {
  readonly bytesPerMs: number;
  readonly roundTripMs: number;
}

interface Report {
  /** Share of the link that was used after the first seconds. */
  readonly share: number;
  /** The longest that a byte waited on this side of the link after the first seconds, in milliseconds. */
  readonly longestQueueMs: number;
  readonly windowBytes: number;
}

/**
 * An upload through a link with a fixed rate and an endless queue, in simulated time: every chunk goes out as soon as the
 * window allows, probes are answered when everything before them has arrived.
 */
function upload(linkAt: (nowMs: number) => Link, forMs: number, chunkBytes = 65_536): Report {
  const window = new UplinkWindow();
  const pongs: { readonly atMs: number; readonly id: number }[] = [];
  let nowMs = 0;
  let linkFreeAtMs = 0;
  let sentAfterStart = 0;
  let longestQueueMs = 0;
  const measureFromMs = 3_000;
  while (nowMs < forMs) {
    const { bytesPerMs, roundTripMs } = linkAt(nowMs);
    while (!window.isFull) {
      const isProbeDue = window.sent(chunkBytes, nowMs);
      const queueMs = Math.max(0, linkFreeAtMs - nowMs);
      if (nowMs > measureFromMs) longestQueueMs = Math.max(longestQueueMs, queueMs);
      linkFreeAtMs = Math.max(linkFreeAtMs, nowMs) + chunkBytes / bytesPerMs;
      if (nowMs > measureFromMs) sentAfterStart += chunkBytes;
      if (isProbeDue) pongs.push({ atMs: linkFreeAtMs + roundTripMs, id: window.probed(nowMs) });
    }
    if (window.isStuck) pongs.push({ atMs: linkFreeAtMs + roundTripMs, id: window.probed(nowMs) });
    const pong = pongs.shift();
    if (pong === undefined)
      throw new Error(`the window is full of ${window.underWayBytes} bytes, and no probe is under way`);
    nowMs = Math.max(nowMs, pong.atMs);
    window.answered(pong.id, nowMs);
  }
  const { bytesPerMs } = linkAt(0);
  return {
    share: sentAfterStart / (bytesPerMs * (nowMs - measureFromMs)),
    longestQueueMs,
    windowBytes: window.size,
  };
}

test.each([
  ['20 Mbit/s, 30 ms', { bytesPerMs: 2_500, roundTripMs: 30 }],
  ['5 Mbit/s, 60 ms', { bytesPerMs: 625, roundTripMs: 60 }],
  ['100 Mbit/s, 10 ms', { bytesPerMs: 12_500, roundTripMs: 10 }],
  ['1 Gbit/s, 150 ms', { bytesPerMs: 125_000, roundTripMs: 150 }],
  ['a computer to itself', { bytesPerMs: 400_000, roundTripMs: 0.2 }],
])('a link of %s is filled, and little waits before it', (_name, link) => {
  const report = upload(() => link, 20_000, 16_384);
  expect(report.share).toBeGreaterThan(0.9);
  // While it still looks for the speed of a long link, it may send a window too much.
  expect(report.longestQueueMs).toBeLessThan(Math.max(30, 1.5 * link.roundTripMs));
});

test('after ten seconds the round trip is measured anew, at little cost', () => {
  const report = upload(() => ({ bytesPerMs: 2_500, roundTripMs: 30 }), 40_000, 16_384);
  expect(report.share).toBeGreaterThan(0.9);
  expect(report.longestQueueMs).toBeLessThan(40);
});

test('a link that becomes longer is filled again', () => {
  const report = upload(
    (nowMs) => ({ bytesPerMs: 2_500, roundTripMs: nowMs < 5_000 ? 30 : 120 }),
    60_000,
    16_384,
  );
  expect(report.share).toBeGreaterThan(0.8);
});

test('whole reads of 64 KiB do not stop the flow', () => {
  expect(upload(() => ({ bytesPerMs: 2_500, roundTripMs: 30 }), 8_000).share).toBeGreaterThan(0.9);
});

test('after a flood before the first answer there is always a probe that will say that there is room again', () => {
  const window = new UplinkWindow();
  const probes: number[] = [];
  for (let count = 0; count < 400; count++) if (window.sent(16_384, 0)) probes.push(window.probed(0));
  for (const [index, id] of probes.entries()) window.answered(id, 100 + index * 40);
  expect(window.isFull).toBe(true);
  expect(window.isStuck).toBe(true);
  window.answered(window.probed(9_000), 9_100);
  expect(window.isFull).toBe(false);
});

test('a service that answers nothing is not probed for ever', () => {
  const window = new UplinkWindow();
  let probes = 0;
  for (let count = 0; count < 10_000; count++) {
    if (!window.sent(65_536, count)) continue;
    window.probed(count);
    probes++;
  }
  expect(probes).toBeLessThan(100);
});

test('a pong that answers none of our pings is nothing, one that answers a later ping answers those before', () => {
  const window = new UplinkWindow();
  window.sent(50_000, 0);
  const first = window.probed(0);
  window.sent(50_000, 1);
  const second = window.probed(1);
  expect(window.answered(99, 2)).toBeNull();
  expect(window.underWayBytes).toBe(100_000);
  expect(window.answered(second, 31)).toBe(30);
  expect(window.underWayBytes).toBe(0);
  expect(window.answered(first, 32)).toBeNull();
});
