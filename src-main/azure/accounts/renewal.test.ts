import { expect, test } from 'vitest';
import { type InUse, Renewal } from './renewal.ts';

const minuteMs = 60_000;
const token: InUse = { accountId: 'ada', tenantId: 't1' };

/** A clock that only the test moves. */
function start() {
  let nowMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  const renewed: string[] = [];
  const renewal = new Renewal(
    ({ tenantId }) => renewed.push(`${tenantId} at ${nowMs / minuteMs}`),
    {
      nowMs: () => nowMs,
      after: (delayMs, call) => {
        const timer = { atMs: nowMs + delayMs, call };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    () => 0.5,
  );
  const runDue = () => {
    for (const timer of timers) {
      if (timer.atMs > nowMs) continue;
      timers.delete(timer);
      timer.call();
    }
  };
  return {
    renewal,
    renewed,
    timers,
    pass: (minutes: number) => {
      for (let passed = 0; passed < minutes; passed++) {
        nowMs += minuteMs;
        runDue();
      }
    },
    /** Time goes on while timers stand still. */
    sleep: (minutes: number) => {
      nowMs += minutes * minuteMs;
    },
  };
}

test('a token in use is renewed at three quarters of its life', () => {
  const { renewal, renewed, pass } = start();
  renewal.handedOut(token, 60 * minuteMs, true, false);
  pass(44);
  expect(renewed).toEqual([]);
  pass(1);
  expect(renewed).toEqual(['t1 at 45']);
});

test('a token that nobody asked for since its renewal is let go, and no timer runs', () => {
  const { renewal, renewed, timers, pass } = start();
  renewal.handedOut(token, 60 * minuteMs, true, false);
  pass(45);
  renewal.handedOut(token, 105 * minuteMs, true, true);
  pass(60);
  expect([renewed, timers.size, renewal.size]).toEqual([['t1 at 45'], 0, 0]);
});

test('a token that was asked for in between is renewed again', () => {
  const { renewal, renewed, pass } = start();
  renewal.handedOut(token, 60 * minuteMs, true, false);
  pass(45);
  renewal.handedOut(token, 105 * minuteMs, true, true);
  renewal.handedOut(token, 105 * minuteMs, false, false);
  pass(45);
  expect(renewed).toEqual(['t1 at 45', 't1 at 90']);
});

test('after a sleep what is due is renewed at once', () => {
  const { renewal, renewed, sleep } = start();
  renewal.handedOut(token, 60 * minuteMs, true, false);
  sleep(600);
  renewal.lookAgain();
  expect(renewed).toEqual(['t1 at 600']);
});

test('nothing is renewed for an account that was signed out', () => {
  const { renewal, renewed, timers, pass } = start();
  renewal.handedOut(token, 60 * minuteMs, true, false);
  renewal.forget('ada');
  pass(90);
  expect([renewed, timers.size]).toEqual([[], 0]);
});
