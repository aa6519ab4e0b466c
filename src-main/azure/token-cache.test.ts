import { TokenCacheContext } from '@azure/msal-node';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLog } from '../log/logger.ts';
import { type SecretBox, TokenCache } from './token-cache.ts';

const box: SecretBox = {
  kind: 'encrypted',
  encrypt: async (text) => Buffer.from(Buffer.from(text).toString('base64')),
  decrypt: async (data) => Buffer.from(data.toString(), 'base64').toString(),
};
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-tokens-'));
  path = join(folder, 'tokens.bin');
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const open = () => new TokenCache(path, box, new FileLog(join(folder, 'log')));

/** MSAL's memory, as far as a plugin sees it. */
class Memory {
  text = '{}';
  serialize() {
    return this.text;
  }
  deserialize(text: string) {
    this.text = text;
  }
}

/** One access of MSAL that changes its memory. */
async function change(cache: TokenCache, memory: Memory, text: string, during = async () => {}) {
  const context = new TokenCacheContext(memory, true);
  await cache.beforeCacheAccess(context);
  memory.text = text;
  await during();
  await cache.afterCacheAccess(context);
}

test('tokens come back after a restart, encrypted meanwhile', async () => {
  await change(open(), new Memory(), '{"AccessToken":{"a":1}}');
  expect(await readFile(path, 'utf8')).not.toContain('AccessToken');
  const later = open();
  await later.load();
  const memory = new Memory();
  await later.beforeCacheAccess(new TokenCacheContext(memory, false));
  expect(memory.text).toContain('AccessToken');
});

test('a renewal that is under way during the sign-out writes nothing back', async () => {
  const cache = open();
  const memory = new Memory();
  await change(cache, memory, '{"RefreshToken":{"a":1}}');
  await change(cache, memory, '{"RefreshToken":{"b":1}}', () => cache.clear());
  expect(await readdir(folder)).not.toContain('tokens.bin');
  await cache.beforeCacheAccess(new TokenCacheContext(memory, false));
  expect(JSON.parse(memory.text)).toMatchObject({ RefreshToken: {} });
  expect(memory.text).not.toContain('"b"');
});

test('a write that waits when the sign-out comes is dropped; a new sign-in is kept', async () => {
  const cache = open();
  const memory = new Memory();
  await Promise.all([change(cache, memory, '{"old":1}'), cache.clear()]);
  expect(await readdir(folder)).not.toContain('tokens.bin');
  await change(cache, memory, '{"new":1}');
  expect(await box.decrypt(await readFile(path))).toBe('{"new":1}');
});

test('a file that cannot be read is never written over; a failed sign-out does not stop later ones', async () => {
  await mkdir(path);
  const cache = open();
  await cache.load();
  await expect(cache.clear()).rejects.toThrow();
  await rm(path, { recursive: true });
  await writeFile(path, 'readable again');
  await change(cache, new Memory(), '{"new":1}');
  expect(await readFile(path, 'utf8')).toBe('readable again');
  await cache.clear();
  await change(cache, new Memory(), '{"new":2}');
  expect(await box.decrypt(await readFile(path))).toBe('{"new":2}');
});

test('a file that cannot be decrypted is set aside', async () => {
  await writeFile(path, 'not ours');
  await open().load();
  expect((await readdir(folder)).some((name) => name.startsWith('tokens.bin.damaged-'))).toBe(true);
});
