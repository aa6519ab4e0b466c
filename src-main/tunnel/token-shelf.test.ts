import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { TokenShelf } from './token-shelf.ts';

function start(answers: readonly Result<string>[] = []) {
  const asked: string[] = [];
  const clock = { ms: 0 };
  const shelf = new TokenShelf(
    (tenantId, renewal) => {
      asked.push(`${tenantId} ${renewal.kind}`);
      return Promise.resolve(answers[asked.length - 1] ?? ok(`token-${asked.length}`));
    },
    () => clock.ms,
  );
  return { shelf, asked, clock };
}

test('a crowd asks once, each tenant for itself', async () => {
  const { shelf, asked } = start();
  const tokens = await Promise.all([
    shelf.get('a', { kind: 'cached' }),
    shelf.get('a', { kind: 'cached' }),
    shelf.get('b', { kind: 'cached' }),
  ]);
  expect(tokens).toEqual([ok('token-1'), ok('token-1'), ok('token-2')]);
  expect(asked).toEqual(['a cached', 'b cached']);
});

test('after twenty seconds, and after a sign-out, it is asked for again', async () => {
  const { shelf, asked, clock } = start();
  await shelf.get('a', { kind: 'cached' });
  clock.ms = 19_999;
  await shelf.get('a', { kind: 'cached' });
  expect(asked).toHaveLength(1);
  clock.ms = 20_000;
  await shelf.get('a', { kind: 'cached' });
  expect(asked).toHaveLength(2);
  shelf.clear();
  await shelf.get('a', { kind: 'cached' });
  expect(asked).toHaveLength(3);
});

test('a refused token is renewed, and the new one takes its place', async () => {
  const { shelf, asked } = start();
  await shelf.get('a', { kind: 'cached' });
  expect(await shelf.get('a', { kind: 'forced' })).toEqual(ok('token-2'));
  expect(await shelf.get('a', { kind: 'claims', claims: '{}' })).toEqual(ok('token-3'));
  expect(await shelf.get('a', { kind: 'cached' })).toEqual(ok('token-3'));
  expect(asked).toEqual(['a cached', 'a forced', 'a claims']);
});

test('a failure is not kept', async () => {
  const { shelf, asked } = start([err(appError('sign-in-needed'))]);
  expect((await shelf.get('a', { kind: 'cached' })).ok).toBe(false);
  expect(await shelf.get('a', { kind: 'cached' })).toEqual(ok('token-2'));
  expect(asked).toHaveLength(2);
});
