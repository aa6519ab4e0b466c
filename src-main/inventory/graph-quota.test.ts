import { expect, test } from 'vitest';
import { GraphQuota, readQuota } from './graph-quota.ts';

/** A quota whose clock moves when somebody waits. */
function clocked() {
  let nowMs = 0;
  const waits: number[] = [];
  const quota = new GraphQuota(
    () => nowMs,
    (ms) => {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  );
  const ask = async (user: string, remaining: number, resetsAfterMs: number) => {
    await quota.take(user);
    quota.answered(user, { remaining, resetsAfterMs });
  };
  return { quota, waits, ask, now: () => nowMs };
}

test('reads what an answer says of the quota', () => {
  const headers: Record<string, string> = {
    'x-ms-user-quota-remaining': '13',
    'x-ms-user-quota-resets-after': '00:01:05',
  };
  expect(readQuota((name) => headers[name])).toEqual({ remaining: 13, resetsAfterMs: 65_000 });
  expect(readQuota(() => undefined)).toBeNull();
  expect(readQuota(() => 'soon')).toBeNull();
});

test('when the measure is used up, the next query waits until it is full again', async () => {
  const { ask, waits, now } = clocked();
  for (let left = 14; left >= 0; left -= 1) await ask('ada', left, 5_000);
  expect(waits).toEqual([]);
  await ask('ada', 14, 5_000);
  expect(now()).toBeGreaterThanOrEqual(5_000);
});

test('queries whose answers are still to come count', async () => {
  let nowMs = 0;
  const quota: GraphQuota = new GraphQuota(
    () => nowMs,
    (ms) => {
      nowMs += ms;
      quota.answered('ada', { remaining: 1, resetsAfterMs: 5_000 });
      return Promise.resolve();
    },
  );
  for (let asked = 0; asked < 15; asked += 1) await quota.take('ada');
  expect(nowMs).toBe(0);
  await quota.take('ada');
  expect(nowMs).toBeGreaterThan(0);
});

test('what the service says counts more than what is documented', async () => {
  const { ask, waits } = clocked();
  await ask('ada', 0, 3_000);
  await ask('ada', 1, 3_000);
  expect(waits).toEqual([3_000]);
});

test('after a refusal nothing is asked for as long as the service wants; others go on', async () => {
  const { quota, waits } = clocked();
  await quota.take('ada');
  quota.pause('ada', 7_000);
  quota.answered('ada', null);
  await quota.take('grace');
  expect(waits).toEqual([]);
  await quota.take('ada');
  expect(waits).toEqual([7_000]);
});
