import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashCommand, hashRemoteFiles, readHashes } from './verify-hashes.ts';

test('hashes of odd names come back in order, from the real sha256sum', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-hash-'));
  const names = ['plain', "quote's", 'back\\slash', 'new\nline', '-dash', 'ü 日本', '$(id)'];
  for (const name of names) await writeFile(join(folder, name), name);
  const paths = names.map((name) => join(folder, name));
  const answer = await hashRemoteFiles('/bin/sh', ['-c', hashCommand], paths, new AbortController().signal);
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
