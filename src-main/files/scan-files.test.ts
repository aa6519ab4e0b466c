import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Scan, scanFiles } from './scan-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-scan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
async function scan(...paths: string[]): Promise<Scan> {
  const scanned = await scanFiles(paths, signal);
  if (!scanned.ok) throw new Error(scanned.error.detail);
  return scanned.value;
}

test('links inside a folder: to a file inside it they are followed, all others are left out', async () => {
  const repository = join(folder, 'repo');
  await mkdir(join(repository, 'sub'), { recursive: true });
  await mkdir(join(folder, 'repo-other'));
  await writeFile(join(folder, 'id_ed25519'), 'a private key');
  await writeFile(join(folder, 'repo-other', 'file'), '');
  await writeFile(join(repository, 'sub', 'real'), 'text');
  await symlink('sub/real', join(repository, 'inside'));
  await symlink('../id_ed25519', join(repository, 'key'));
  await symlink('../repo-other/file', join(repository, 'similar'));
  await symlink('nowhere', join(repository, 'dangling'));
  await symlink('circle', join(repository, 'circle'));
  await symlink('sub', join(repository, 'to-folder'));
  const found = await scan(repository);
  expect(found.files.map((file) => file.path)).toEqual(['repo/inside', 'repo/sub/real']);
  expect(found.files[0]?.localPath).toContain('sub/real');
  expect(found.skipped.toSorted()).toEqual(
    ['circle', 'dangling', 'key', 'similar', 'to-folder'].map((name) => `repo/${name}`),
  );
});

test('a link that was dropped itself is followed, to a file and to a folder', async () => {
  await mkdir(join(folder, 'real'));
  await writeFile(join(folder, 'real', 'file'), 'text');
  await symlink('real', join(folder, 'link'));
  await symlink('real/file', join(folder, 'file-link'));
  const found = await scan(join(folder, 'link'), join(folder, 'file-link'));
  expect(found.files.map((file) => file.path)).toEqual(['link/file', 'file-link']);
});

test('directories come with their modes, writable for their owner', async () => {
  await mkdir(join(folder, 'top', 'private'), { recursive: true });
  await mkdir(join(folder, 'top', 'read-only'));
  await chmod(join(folder, 'top'), 0o775);
  await chmod(join(folder, 'top', 'private'), 0o700);
  await chmod(join(folder, 'top', 'read-only'), 0o555);
  expect((await scan(join(folder, 'top'))).directories).toEqual([
    { path: 'top', mode: 0o775 },
    { path: 'top/private', mode: 0o700 },
    { path: 'top/read-only', mode: 0o755 },
  ]);
});

test('two dropped things with one name are refused; one thing dropped twice is one', async () => {
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'same'), name);
  }
  const paths = [join(folder, 'a', 'same'), join(folder, 'b', 'same')];
  expect(await scanFiles(paths, signal)).toMatchObject({
    ok: false,
    error: { code: 'local-names-collide', detail: 'same' },
  });
  expect((await scan(join(folder, 'a', 'same'), join(folder, 'a', '..', 'a', 'same'))).files).toHaveLength(1);
});
