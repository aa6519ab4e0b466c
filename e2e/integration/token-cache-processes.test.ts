import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from '../../src-main/profiles/file-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-processes-'));
});
afterEach(() => rm(folder, { recursive: true }));

function startWriter(prefix: string, count: number) {
  const script = resolve(import.meta.dirname, '../support/cache-writer.ts');
  return spawn(process.execPath, [script, join(folder, 'tokens.json'), prefix, String(count)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

test('processes that write the same cache at once lose nothing of each other, and bring nobody back', async () => {
  const count = 25;
  const prefixes = ['one', 'two', 'three'];
  const ends = await Promise.all(
    prefixes.map(async (prefix) => {
      const writer = startWriter(prefix, count);
      const said: Buffer[] = [];
      writer.stderr.on('data', (data: Buffer) => said.push(data));
      const [code] = (await once(writer, 'close')) as [number];
      return [code, Buffer.concat(said).toString()];
    }),
  );
  expect(ends).toEqual(prefixes.map(() => [0, '']));
  const cache = JSON.parse(await readFile(join(folder, 'tokens.json'), 'utf8')) as Record<string, object>;
  const expected = prefixes
    .flatMap((prefix) => Array.from({ length: count }, (_each, number) => `${prefix}-${number}`))
    .filter((id) => Number(id.split('-')[1]) % 5 !== 0);
  expect(Object.keys(cache['RefreshToken'] ?? {}).sort()).toEqual(expected.sort());
  expect(await readdir(folder)).toEqual(['tokens.json']);
});

test('the lock of a process that has ended is taken over', async () => {
  const lock = join(folder, 'a.lock');
  const ended = spawn(process.execPath, ['-e', '']);
  await once(ended, 'close');
  await writeFile(lock, `${ended.pid} somebody`);
  expect(await withFileLock(lock, () => Promise.resolve('done'))).toBe('done');
  expect(await readdir(folder)).toEqual([]);
});

test('a step that fails gives the lock back', async () => {
  const lock = join(folder, 'a.lock');
  await expect(withFileLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withFileLock(lock, () => Promise.resolve('done'))).toBe('done');
});
