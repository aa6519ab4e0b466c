import { TokenCacheContext } from '@azure/msal-node';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLog } from '../../log/logger.ts';
import type { SecretBox } from '../../profiles/secret-box.ts';
import { TokenCache } from './token-cache.ts';
import { chooseTokenStore, removePlainTokens } from './token-store.ts';

const keyring: SecretBox = {
  kind: 'encrypted',
  encrypt: async (text) => Buffer.from(Buffer.from(text).toString('base64')),
  decrypt: async (data) => Buffer.from(data.toString(), 'base64').toString(),
};
const noKeyring: SecretBox = { kind: 'memory' };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-tokens-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const storeWith = (box: SecretBox, keepsPlain = false) =>
  chooseTokenStore({
    dataFolder: folder,
    authority: 'https://login.example',
    clientId: 'c1',
    box,
    keepsPlain,
  });
const open = (box: SecretBox = keyring, keepsPlain = false) =>
  new TokenCache(storeWith(box, keepsPlain), new FileLog(join(folder, 'log')));
const files = async () => {
  const names = await readdir(join(folder, 'tokens')).catch(() => []);
  return names.filter((name) => !name.endsWith('.lock'));
};
const onlyFile = async () => join(folder, 'tokens', (await files())[0] ?? '');

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

const entry = (accountId: string, secret = 'one') => ({ home_account_id: accountId, secret });
const signedIn = (...accountIds: string[]) => ({
  Account: Object.fromEntries(accountIds.map((id) => [`account ${id}`, entry(id)])),
  RefreshToken: Object.fromEntries(accountIds.map((id) => [`refresh ${id}`, entry(id)])),
});

/** One access of MSAL that changes its memory: `edit` gets what it has read. */
async function change(
  cache: TokenCache,
  edit: (content: Record<string, Record<string, unknown>>) => object,
  during: () => Promise<unknown> = () => Promise.resolve(),
) {
  const memory = new Memory();
  const context = new TokenCacheContext(memory, true);
  await cache.beforeCacheAccess(context);
  memory.text = JSON.stringify(edit(JSON.parse(memory.text) as Record<string, Record<string, unknown>>));
  await during();
  await cache.afterCacheAccess(context);
}

const signIn = (cache: TokenCache, ...accountIds: string[]) =>
  change(cache, (content) => {
    const added: Record<string, Record<string, unknown>> = signedIn(...accountIds);
    return {
      ...content,
      ...Object.fromEntries(Object.entries(added).map(([name, own]) => [name, { ...content[name], ...own }])),
    };
  });

/** A renewal: new tokens of an account that MSAL had read before. */
const renew = (cache: TokenCache, accountId: string, during?: () => Promise<unknown>) =>
  change(
    cache,
    (content) => ({
      ...content,
      RefreshToken: { ...content['RefreshToken'], [`refresh ${accountId}`]: entry(accountId, 'two') },
    }),
    during,
  );

async function read(cache: TokenCache) {
  const memory = new Memory();
  await cache.beforeCacheAccess(new TokenCacheContext(memory, false));
  return JSON.parse(memory.text) as Record<string, Record<string, { secret: string }>>;
}

test('tokens come back after a restart, encrypted meanwhile', async () => {
  await signIn(open(), 'ada');
  expect(await readFile(await onlyFile(), 'utf8')).not.toContain('RefreshToken');
  expect(await read(open())).toMatchObject(signedIn('ada'));
});

test('signing one account out removes its tokens and nothing else', async () => {
  const cache = open();
  await signIn(cache, 'ada', 'grace');
  await cache.forget('ada');
  const expected = { ...(await read(cache)), ...signedIn('grace') };
  expect(await read(cache)).toEqual(expected);
  expect(await read(open())).toEqual(expected);
});

test('the file goes with the last account', async () => {
  const cache = open();
  await signIn(cache, 'ada');
  await cache.forget('ada');
  expect(await files()).toEqual([]);
});

test('a renewal that is under way during the sign-out writes nothing back', async () => {
  const cache = open();
  await signIn(cache, 'ada', 'grace');
  await renew(cache, 'ada', () => cache.forget('ada'));
  expect((await read(open()))['RefreshToken']).toEqual(signedIn('grace').RefreshToken);
});

test('what one process writes is what the other reads next, and neither undoes the other', async () => {
  const [one, other] = [open(), open()];
  await signIn(one, 'ada');
  await renew(other, 'ada', () => signIn(one, 'grace'));
  const now = await read(one);
  expect(now).toEqual(await read(other));
  expect(now['RefreshToken']).toMatchObject({
    'refresh ada': { secret: 'two' },
    'refresh grace': { secret: 'one' },
  });
  await one.forget('ada');
  await one.forget('grace');
  expect((await read(other))['Account']).toEqual({});
});

test('a file that cannot be used is set aside, and means signing in again', async () => {
  await signIn(open(), 'ada');
  const path = await onlyFile();
  await writeFile(path, 'not ours');
  expect((await read(open()))['Account']).toEqual({});
  expect(await files()).toEqual([expect.stringContaining('.damaged-')]);
});

test('a file that cannot be read is never written over; tokens live in memory meanwhile', async () => {
  await signIn(open(), 'ada');
  const path = await onlyFile();
  await rm(path);
  await mkdir(path);
  const cache = open();
  await signIn(cache, 'grace');
  expect((await stat(path)).isDirectory()).toBe(true);
  expect(await read(cache)).toMatchObject(signedIn('grace'));
});

test('without a keyring nothing is written', async () => {
  const cache = open(noKeyring);
  await signIn(cache, 'ada');
  expect([cache.place, await files()]).toEqual(['memory', []]);
});

test('by the user’s choice tokens go into a file that only the user may read; taking it back deletes it', async () => {
  const cache = open(noKeyring);
  await signIn(cache, 'ada');
  await cache.moveTo(storeWith(noKeyring, true));
  const path = await onlyFile();
  expect([cache.place, (await stat(path)).mode & 0o777]).toEqual(['plain', 0o600]);
  expect(await read(open(noKeyring, true))).toMatchObject(signedIn('ada'));
  await cache.moveTo(storeWith(noKeyring));
  expect([cache.place, await files()]).toEqual(['memory', []]);
  expect(await read(cache)).toMatchObject(signedIn('ada'));
});

test('unencrypted files are removed, also damaged ones; encrypted ones stay', async () => {
  await signIn(open(noKeyring, true), 'ada');
  await writeFile(`${await onlyFile()}.damaged-2026`, 'x');
  await signIn(open(keyring), 'ada');
  await removePlainTokens(folder);
  expect(await files()).toEqual([expect.stringMatching(/\.bin$/)]);
});

test('a sign-out whose tokens cannot be taken off the disk says so', async () => {
  const cache = open();
  await signIn(cache, 'ada', 'grace');
  const path = await onlyFile();
  await rm(path);
  await mkdir(path);
  await writeFile(join(path, 'in-the-way'), '');
  expect(await cache.forget('ada')).toMatchObject({ ok: false, error: { code: 'save-failed' } });
});
