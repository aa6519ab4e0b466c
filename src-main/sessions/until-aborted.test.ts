import { expect, test } from 'vitest';
import { outcomeOf } from './session-changes.ts';
import { untilAborted } from './until-aborted.ts';

const never = new Promise<string>(() => undefined);

test('gives the result, the failure, or null as soon as it is aborted', async () => {
  const abort = new AbortController();
  expect(await untilAborted(Promise.resolve('done'), abort.signal)).toBe('done');
  await expect(untilAborted(Promise.reject(new Error('x')), abort.signal)).rejects.toThrow('x');
  const waiting = untilAborted(never, abort.signal);
  abort.abort();
  expect(await waiting).toBeNull();
  expect(await untilAborted(never, abort.signal)).toBeNull();
});

test('a bug in a try is a failed session, never a rejection', async () => {
  expect(await outcomeOf(Promise.resolve({ kind: 'connecting' }))).toEqual({ kind: 'connecting' });
  expect(await outcomeOf(Promise.reject(new Error('a bug')))).toMatchObject({
    kind: 'failed',
    error: { code: 'unexpected', detail: 'Error: a bug' },
  });
});
