import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SecretBox } from './secret-box.ts';
import { SealedFile } from './sealed-file.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealed-'));
  path = join(folder, 'sub', 'file.bin');
});
afterEach(() => rm(folder, { recursive: true }));

/** Stands in for the keyring of the system: reverses, and knows its own texts again. */
const keyring = (name: string): SecretBox => ({
  kind: 'encrypted',
  encrypt: (text) => Promise.resolve(Buffer.from(`${name}:${text}`)),
  decrypt: (data) => {
    const text = data.toString();
    return text.startsWith(`${name}:`)
      ? Promise.resolve(text.slice(name.length + 1))
      : Promise.reject(new Error('another keyring'));
  },
});

const text = `{"machines":["web-01","${'x'.repeat(100_000)}"]}`;

test('what was written is read again; nobody finds it on disk', async () => {
  const file = new SealedFile(path, keyring('a'));
  expect(await file.read()).toBeNull();
  expect(await file.write(text)).toEqual({ ok: true, value: null });
  expect(await new SealedFile(path, keyring('a')).read()).toBe(text);
  expect((await readFile(path)).includes('web-01')).toBe(false);
  await file.remove();
  expect(await file.read()).toBeNull();
});

test('without a keyring the permissions of the file guard it', async () => {
  const file = new SealedFile(path, { kind: 'memory' });
  await file.write(text);
  expect(await file.read()).toBe(text);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('another keyring, a flipped bit or half a file is told, never taken for the text', async () => {
  const file = new SealedFile(path, keyring('a'));
  await file.write(text);
  await expect(new SealedFile(path, keyring('b')).read()).rejects.toThrow('another keyring');
  const data = await readFile(path);
  const last = data.length - 1;
  data.writeUInt8((data[last] ?? 0) ^ 1, last);
  await writeFile(path, data);
  await expect(file.read()).rejects.toThrow();
  await writeFile(path, data.subarray(0, 40));
  await expect(file.read()).rejects.toThrow();
});

test('what one start has written openly, another with a keyring does not read, and the other way round', async () => {
  const open = new SealedFile(path, { kind: 'memory' });
  const sealed = new SealedFile(path, keyring('a'));
  await open.write(text);
  expect(await sealed.read()).toBeNull();
  await sealed.write(text);
  expect(await open.read()).toBeNull();
});

test('what was fetched ahead is read once; what was written since counts', async () => {
  const file = new SealedFile(path, keyring('a'));
  await file.write('first');
  file.prefetch();
  expect(await file.read()).toBe('first');
  await new SealedFile(path, keyring('a')).write('second');
  expect(await file.read()).toBe('second');
  file.prefetch();
  await file.write('third');
  expect(await file.read()).toBe('third');
});
