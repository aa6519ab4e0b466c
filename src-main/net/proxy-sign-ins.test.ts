import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SecretBox } from '../profiles/secret-box.ts';
import { ProxySignIns } from './proxy-sign-ins.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Reversed text: enough to tell what went through the box. */
const turned = (text: string) => text.split('').toReversed().join('');
const box: SecretBox = {
  kind: 'encrypted',
  encrypt: (text) => Promise.resolve(Buffer.from(turned(text))),
  decrypt: (data) => Promise.resolve(turned(data.toString())),
};
const ada = { user: 'ada', password: 'hunter2' };
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-sign-ins-'));
  path = join(folder, 'proxy-sign-ins.bin');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what was set is there at the next start, encrypted, and only for its own proxy', async () => {
  const first = new ProxySignIns(path, box, log);
  await first.load();
  expect(await first.set('Proxy.example', 3128, ada)).toEqual({ ok: true, value: null });
  expect(await readFile(path, 'utf8')).not.toContain('hunter2');
  const second = new ProxySignIns(path, box, log);
  await second.load();
  expect(second.get('proxy.example', 3128)).toEqual(ada);
  expect([second.get('proxy.example', 3129), second.get('other.example', 3128)]).toEqual([null, null]);
  await second.set('proxy.example', 3128, null);
  expect(second.get('proxy.example', 3128)).toBeNull();
  const third = new ProxySignIns(path, box, log);
  await third.load();
  expect(third.get('proxy.example', 3128)).toBeNull();
});

test('without a keyring nothing is written', async () => {
  const signIns = new ProxySignIns(path, { kind: 'memory' }, log);
  await signIns.load();
  await signIns.set('proxy.example', 1, ada);
  expect(signIns.get('proxy.example', 1)).toEqual(ada);
  expect(await readdir(folder)).toEqual([]);
});

test('a damaged file is set aside; one that cannot be read is not written over', async () => {
  await writeFile(path, 'nonsense');
  const signIns = new ProxySignIns(path, box, log);
  await signIns.load();
  expect(await readdir(folder)).toEqual([expect.stringContaining('proxy-sign-ins.bin.damaged-')]);
  expect(await signIns.set('proxy.example', 1, ada)).toMatchObject({ ok: true });

  const blocked = join(folder, 'a-folder');
  await mkdir(blocked);
  const other = new ProxySignIns(blocked, box, log);
  await other.load();
  expect(await other.set('proxy.example', 1, ada)).toMatchObject({
    ok: false,
    error: { code: 'save-failed' },
  });
  expect(other.get('proxy.example', 1)).toEqual(ada);
});
