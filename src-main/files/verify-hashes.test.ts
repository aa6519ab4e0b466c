import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashCommand, hashRemoteFiles, hashTimeoutMs, readHashes } from './verify-hashes.ts';

test('hashes of odd names come back in order, from the real sha256sum', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-hash-'));
  const names = ['plain', "quote's", 'back\\slash', 'new\nline', '-dash', 'ü 日本', '$(id)'];
  for (const name of names) await writeFile(join(folder, name), name);
  const paths = names.map((name) => join(folder, name));
  const answer = await hashRemoteFiles(
    '/bin/sh',
    ['-c', hashCommand],
    paths,
    10_000,
    new AbortController().signal,
  );
  expect(answer).toEqual({
    kind: 'hashes',
    hashes: names.map((name) => createHash('sha256').update(name).digest('hex')),
  });
  await rm(folder, { recursive: true });
});

test('a machine without sha256sum says so', async () => {
  const answer = await hashRemoteFiles(
    '/bin/sh',
    ['-c', `PATH=/nowhere; ${hashCommand}`],
    ['/etc/passwd'],
    10_000,
    new AbortController().signal,
  );
  expect(answer).toEqual({ kind: 'unavailable' });
});

test('a missing file has no hash; the others have theirs', () => {
  const output = execFileSync('sh', ['-c', 'sha256sum -- /dev/null /none 2>/dev/null || true'], {
    encoding: 'utf8',
  });
  expect(readHashes(output, ['/none', '/dev/null'])).toEqual({
    kind: 'hashes',
    hashes: [null, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  });
});

test.each([
  ['an endless answer', 'exec yes', 20_000],
  ['no answer', 'sleep 60', 200],
])('%s is given up, and its program ended', async (_what, script, timeoutMs) => {
  const startedAtMs = performance.now();
  const { signal } = new AbortController();
  const answer = await hashRemoteFiles('/bin/sh', ['-c', script], ['/a'], timeoutMs, signal);
  expect(answer).toEqual({ kind: 'unavailable' });
  expect(performance.now() - startedAtMs).toBeLessThan(10_000);
});

test('the time limit grows with what has to be read', () => {
  expect(hashTimeoutMs(0)).toBe(30_000);
  expect(hashTimeoutMs(50_000_000)).toBe(40_000);
});
