import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PeerWatch } from './peer-watch.ts';

// Time is ours here: the verdict takes a minute in earnest.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watch({ isUploading = false } = {}) {
  let pings = 0;
  const deaths: string[] = [];
  const peer: PeerWatch = new PeerWatch({
    sendPing: () => {
      pings++;
      peer.pinged();
    },
    isUploadUnderWay: () => isUploading,
    onDead: (detail) => void deaths.push(detail),
  });
  return { peer, deaths, pings: () => pings };
}

function answer(peer: PeerWatch): void {
  peer.heard();
  peer.answered();
}

test('a peer that answers is pinged every 25 s and stays', () => {
  const { peer, deaths, pings } = watch();
  peer.start();
  for (let count = 0; count < 10; count++) {
    answer(peer);
    vi.advanceTimersByTime(25_000);
  }
  expect(pings()).toBe(11);
  expect(deaths).toEqual([]);
});

test('a peer that has answered and falls silent is dead after two misses', () => {
  const { peer, deaths } = watch();
  peer.start();
  answer(peer);
  vi.advanceTimersByTime(25_000);
  expect(deaths).toEqual([]);
  vi.advanceTimersByTime(50_000);
  expect(deaths).toEqual(['2 pings were not answered']);
});

test('one that never answers pings is not judged', () => {
  const { peer, deaths } = watch();
  peer.start();
  vi.advanceTimersByTime(600_000);
  peer.demand(5_000);
  vi.advanceTimersByTime(10_000);
  expect(deaths).toEqual([]);
  expect(peer.isAnswered).toBe(false);
});

test('bytes are a sign of life, too', () => {
  const { peer, deaths } = watch();
  peer.start();
  answer(peer);
  for (let count = 0; count < 60; count++) {
    vi.advanceTimersByTime(5_000);
    peer.heard();
  }
  expect(deaths).toEqual([]);
});

test('behind an upload a pong may take five minutes', () => {
  const { peer, deaths } = watch({ isUploading: true });
  peer.start();
  answer(peer);
  vi.advanceTimersByTime(290_000);
  expect(deaths).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(deaths).toHaveLength(1);
});

test('after a change of the network silence is enough', () => {
  const { peer, deaths } = watch({ isUploading: true });
  peer.start();
  answer(peer);
  peer.demand(5_000);
  vi.advanceTimersByTime(4_000);
  peer.heard();
  vi.advanceTimersByTime(4_000);
  expect(deaths).toEqual([]);
  peer.demand(5_000);
  vi.advanceTimersByTime(5_000);
  expect(deaths).toEqual(['nothing was heard in 5000 ms after the network changed']);
});

test('nothing is judged after the end', () => {
  const { peer, deaths } = watch();
  peer.start();
  answer(peer);
  peer.demand(5_000);
  peer.stop();
  vi.advanceTimersByTime(600_000);
  expect(deaths).toEqual([]);
});

test('while nothing is read nobody is judged, but the way is kept open', () => {
  const { peer, deaths, pings } = watch();
  peer.start();
  answer(peer);
  peer.pause();
  peer.demand(1_000);
  vi.advanceTimersByTime(600_000);
  expect(deaths).toEqual([]);
  expect(pings()).toBeGreaterThan(20);
});

test('when reading goes on, a peer that is still silent is found', () => {
  const { peer, deaths } = watch();
  peer.start();
  answer(peer);
  peer.pause();
  vi.advanceTimersByTime(600_000);
  peer.resume();
  vi.advanceTimersByTime(11_000);
  expect(deaths).toEqual([]);
  vi.advanceTimersByTime(50_000);
  expect(deaths).toContain('2 pings were not answered');
});
