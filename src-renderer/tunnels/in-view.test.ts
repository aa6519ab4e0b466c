import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeFollower, vmInView } from './in-view.ts';

const tabs = [
  { kind: 'vm', vmId: '/a' },
  { kind: 'session', sessionId: 's' },
] as const;

test('a machine is in view on its page, in a window that is used, if it is known', () => {
  const vms = { '/a': {} };
  expect(vmInView({ tabs, activeId: 'vm' }, vms, true)).toBe('/a');
  expect(vmInView({ tabs, activeId: 'vm' }, vms, false)).toBeNull();
  expect(vmInView({ tabs, activeId: 'session-s' }, vms, true)).toBeNull();
  expect(vmInView({ tabs, activeId: 'vm' }, {}, true)).toBeNull();
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const told: (string | null)[] = [];
  const follow = makeFollower({
    tell: (vmId) => told.push(vmId),
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer as number),
  });
  return { told, follow };
}

test('machines that are only passed by are not told', () => {
  const { told, follow } = start();
  for (const vmId of ['/a', '/b', '/c', '/c']) {
    follow(vmId);
    vi.advanceTimersByTime(200);
  }
  expect(told).toEqual(['/c']);
});

test('leaving is told late, and not at all if the page comes back', () => {
  const { told, follow } = start();
  follow('/a');
  vi.advanceTimersByTime(300);
  follow(null);
  vi.advanceTimersByTime(4000);
  follow('/a');
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['/a']);
  follow(null);
  vi.advanceTimersByTime(5000);
  expect(told).toEqual(['/a', null]);
});
