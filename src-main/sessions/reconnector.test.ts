import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { appError, type ErrorCode } from '../../shared/errors.ts';
import type { Session, SessionState } from '../../shared/session.ts';
import { Reconnector } from './reconnector.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const open: SessionState = { kind: 'open', sinceMs: 0 };
const lost: SessionState = { kind: 'lost', atMs: 0, error: appError('tunnel-lost') };
const failed = (code: ErrorCode): SessionState => ({ kind: 'failed', atMs: 0, error: appError(code) });

function start(around: { isAutomatic?: boolean } = {}) {
  const world = { isAutomatic: around.isAutomatic ?? true, isOnline: true };
  let retry: Session['retry'] = null;
  const attempts: number[] = [];
  const reconnector = new Reconnector({
    isAutomatic: () => world.isAutomatic,
    isOnline: () => world.isOnline,
    update: (_id, change) => {
      retry = change({ retry } as Session).retry;
    },
    connect: (_id, attempt) => attempts.push(attempt),
  });
  return { world, reconnector, attempts, retry: () => retry };
}

test('a lost session is tried again after 1, 2, 4, 8, 16 and 30 seconds, then a person decides', () => {
  const { reconnector, attempts, retry } = start();
  reconnector.follow('s', open);
  reconnector.follow('s', lost);
  for (const [index, seconds] of [1, 2, 4, 8, 16, 30].entries()) {
    expect(retry()).toEqual({ attempt: index + 1, attempts: 6, atMs: Date.now() + seconds * 1000 });
    vi.advanceTimersByTime(seconds * 1000 - 1);
    expect(attempts).toHaveLength(index);
    vi.advanceTimersByTime(1);
    expect(attempts).toHaveLength(index + 1);
    expect(retry()).toBeNull();
    reconnector.follow('s', { kind: 'connecting' });
    reconnector.follow('s', failed('bastion-unreachable'));
  }
  expect(retry()).toBeNull();
  vi.advanceTimersByTime(600_000);
  expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
});

test('with the policy ask nothing happens by itself, also if it was changed during the countdown', () => {
  const asking = start({ isAutomatic: false });
  asking.reconnector.follow('s', lost);
  expect(asking.retry()).toBeNull();
  const changing = start();
  changing.reconnector.follow('s', lost);
  changing.world.isAutomatic = false;
  vi.advanceTimersByTime(5000);
  expect(changing.attempts).toEqual([]);
  expect(changing.retry()).toBeNull();
});

test('what needs a person ends the tries; a first connection that fails begins none', () => {
  const { reconnector, attempts, retry } = start();
  reconnector.follow('s', failed('bastion-unreachable'));
  expect(retry()).toBeNull();
  reconnector.follow('s', lost);
  vi.advanceTimersByTime(1000);
  reconnector.follow('s', failed('ssh-host-key-changed'));
  expect(retry()).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(attempts).toEqual([1]);
});

test('it waits while this computer is offline', () => {
  const { reconnector, world, attempts, retry } = start();
  world.isOnline = false;
  reconnector.follow('s', lost);
  vi.advanceTimersByTime(20_000);
  expect(retry()).toEqual({ attempt: 1, attempts: 6, atMs: null });
  expect(attempts).toEqual([]);
  world.isOnline = true;
  vi.advanceTimersByTime(1000);
  expect(attempts).toEqual([1]);
});

test('cancelling ends the countdown', () => {
  const { reconnector, attempts, retry } = start();
  reconnector.follow('s', lost);
  reconnector.cancel('s');
  expect(retry()).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(attempts).toEqual([]);
});

test('a connection that is lost again and again waits longer; one that held for a minute begins anew', () => {
  const { reconnector, retry } = start();
  reconnector.follow('s', lost);
  vi.advanceTimersByTime(1000);
  reconnector.follow('s', open);
  vi.advanceTimersByTime(5000);
  reconnector.follow('s', lost);
  expect(retry()).toMatchObject({ attempt: 2 });
  vi.advanceTimersByTime(2000);
  reconnector.follow('s', open);
  vi.advanceTimersByTime(61_000);
  reconnector.follow('s', lost);
  expect(retry()).toMatchObject({ attempt: 1 });
});
