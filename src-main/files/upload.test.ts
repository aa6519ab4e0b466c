import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanFiles } from './scan-files.ts';
import { SftpClient, SftpStatusError } from './sftp-client.ts';
import { uploadFiles } from './upload.ts';

let folder: string;
let local: string;
let remote: string;
const servers: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-upload-'));
  local = join(folder, 'local');
  remote = join(folder, 'remote');
  await mkdir(local);
  await mkdir(remote);
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.kill();
  await rm(folder, { recursive: true, force: true });
});

/** OpenSSH's own server. Without extensions it gets a name that it does not know, as a server that has none would. */
async function open({ hasExtensions = true } = {}): Promise<SftpClient> {
  const server = spawn('/usr/lib/openssh/sftp-server', ['-u', '022'], { stdio: ['pipe', 'pipe', 'ignore'] });
  servers.push(server);
  if (hasExtensions) return SftpClient.open(server.stdout, server.stdin);
  const output = new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      done(null, Buffer.from(chunk.toString('latin1').replace('posix-rename@', 'posix-absent@'), 'latin1')),
  });
  output.pipe(server.stdin);
  return SftpClient.open(server.stdout, output);
}

async function upload(sftp: SftpClient, ...paths: string[]) {
  const scan = await scanFiles(paths, new AbortController().signal);
  if (!scan.ok) throw new Error(scan.error.detail);
  const events = { onFileStarted: () => undefined, onBytes: () => undefined, onFileSent: () => undefined };
  return uploadFiles(sftp, scan.value, remote, events, new AbortController().signal);
}

const modeOf = async (...parts: string[]) => (await stat(join(remote, ...parts))).mode & 0o7777;

test.each([true, false])(
  'replaces a file whole and keeps its mode (extensions: %s)',
  async (hasExtensions) => {
    const sftp = await open({ hasExtensions });
    await writeFile(join(local, 'secret'), 'new', { mode: 0o644 });
    await writeFile(join(remote, 'secret'), 'old');
    await chmod(join(remote, 'secret'), 0o660);
    expect(await upload(sftp, join(local, 'secret'))).toMatchObject({ ok: true });
    expect(await readFile(join(remote, 'secret'), 'utf8')).toBe('new');
    expect(await modeOf('secret')).toBe(0o660);
    expect(await readdir(remote)).toEqual(['secret']);
  },
);

test('a replacement that fails half-way restores the old file', async () => {
  const sftp = await open({ hasExtensions: false });
  await writeFile(join(remote, 'file'), 'old');
  const replaced = sftp.replace(join(remote, 'gone.part'), join(remote, 'file'));
  await expect(replaced).rejects.toThrow(SftpStatusError);
  expect(await readFile(join(remote, 'file'), 'utf8')).toBe('old');
  expect(await readdir(remote)).toEqual(['file']);
});

test('two uploads of one file at once do not meet', async () => {
  await writeFile(join(local, 'file'), Buffer.alloc(2_000_000, 'x'));
  const [one, other] = await Promise.all([open(), open()]);
  const sent = await Promise.all([upload(one, join(local, 'file')), upload(other, join(local, 'file'))]);
  expect(sent.map((each) => each.ok)).toEqual([true, true]);
  expect((await stat(join(remote, 'file'))).size).toBe(2_000_000);
  expect(await readdir(remote)).toEqual(['file']);
});

test('a link in the place of a new file is not followed, and stays', async () => {
  const sftp = await open();
  await writeFile(join(folder, 'victim'), 'untouched');
  await symlink(join(folder, 'victim'), join(remote, 'trap'));
  async function* chunks() {
    yield Buffer.from('overwritten');
  }
  const mode = { mode: 0o644, isExact: false };
  await expect(sftp.writeFile(join(remote, 'trap'), mode, chunks(), () => undefined)).rejects.toThrow();
  expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched');
  expect((await lstat(join(remote, 'trap'))).isSymbolicLink()).toBe(true);
});

test('new directories get the local mode, existing ones keep theirs', async () => {
  const sftp = await open();
  await mkdir(join(local, 'tree', 'private'), { recursive: true, mode: 0o755 });
  await chmod(join(local, 'tree', 'private'), 0o700);
  await mkdir(join(remote, 'tree'));
  await chmod(join(remote, 'tree'), 0o711);
  expect(await upload(sftp, join(local, 'tree'))).toMatchObject({ ok: true });
  expect(await modeOf('tree')).toBe(0o711);
  expect(await modeOf('tree', 'private')).toBe(0o700);
});

test('a directory in the place of a file stays', async () => {
  const sftp = await open({ hasExtensions: false });
  await writeFile(join(local, 'name'), 'text');
  await mkdir(join(remote, 'name'));
  expect(await upload(sftp, join(local, 'name'))).toMatchObject({
    ok: false,
    error: { code: 'transfer-failed' },
  });
  expect(await readdir(remote)).toEqual(['name']);
});

test('a local file that became a link after it was counted is not sent', async () => {
  const sftp = await open();
  await writeFile(join(local, 'file'), 'text');
  const scan = await scanFiles([join(local, 'file')], new AbortController().signal);
  if (!scan.ok) throw new Error(scan.error.detail);
  await writeFile(join(folder, 'key!'), 'key!');
  await rm(join(local, 'file'));
  await symlink(join(folder, 'key!'), join(local, 'file'));
  const events = { onFileStarted: () => undefined, onBytes: () => undefined, onFileSent: () => undefined };
  const sent = await uploadFiles(sftp, scan.value, remote, events, new AbortController().signal);
  expect(sent).toMatchObject({ ok: false, error: { code: 'local-file-unreadable' } });
  expect(await readdir(remote)).toEqual([]);
});
