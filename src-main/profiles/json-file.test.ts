import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { JsonFile } from './json-file.ts';

const schema = z.object({ version: z.literal(1), names: z.array(z.string()) });
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-json-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what was saved is loaded; nothing else lies in the folder', async () => {
  const file = new JsonFile(join(folder, 'a.json'), schema);
  expect(await file.load()).toEqual({ kind: 'absent' });
  expect(await file.save({ version: 1, names: ['x'] })).toEqual({ ok: true, value: null });
  expect(await file.load()).toEqual({ kind: 'value', value: { version: 1, names: ['x'] } });
  expect(await readdir(folder)).toEqual(['a.json']);
});

test('many saves at once: the last one wins', async () => {
  const file = new JsonFile(join(folder, 'a.json'), schema);
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => file.save({ version: 1, names: [String(index)] })),
  );
  expect(await file.load()).toEqual({ kind: 'value', value: { version: 1, names: ['19'] } });
});

test.each([['{"version":1,"na'], ['{"version":2,"names":[]}'], [''], ['null']])(
  'a damaged file (%s) is set aside with its bytes and reported',
  async (text) => {
    const path = join(folder, 'a.json');
    await writeFile(path, text);
    const loaded = await new JsonFile(path, schema).load();
    if (loaded.kind !== 'damaged') throw new Error(`expected damage, got ${loaded.kind}`);
    expect(await readFile(loaded.asidePath, 'utf8')).toBe(text);
    expect(await readdir(folder)).toHaveLength(1);
  },
);

test('a folder that cannot be written gives an error and leaves the old file', async () => {
  const path = join(folder, 'a.json', 'b.json');
  await writeFile(join(folder, 'a.json'), 'in the way');
  expect(await new JsonFile(path, schema).save({ version: 1, names: [] })).toMatchObject({
    ok: false,
    error: { code: 'save-failed' },
  });
  await chmod(join(folder, 'a.json'), 0o600);
  expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('in the way');
});

test('a file that is there but cannot be read is never written over, until it was read', async () => {
  const path = join(folder, 'a.json');
  await mkdir(path);
  const file = new JsonFile(path, schema);
  expect(await file.load()).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('EISDIR') });
  await rm(path, { recursive: true });
  const text = '{"version":1,"names":["kept"]}';
  await writeFile(path, text);
  const saved = await file.save({ version: 1, names: ['new'] });
  expect(saved).toMatchObject({ ok: false, error: { code: 'save-failed' } });
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await file.load()).toMatchObject({ kind: 'value' });
  expect(await file.save({ version: 1, names: ['new'] })).toMatchObject({ ok: true });
});

test('a damaged file that cannot be set aside stays as it is', async () => {
  // The name is legal, but too long with the ending of a file that was set aside.
  const path = join(folder, `${'a'.repeat(240)}.json`);
  await writeFile(path, '{');
  const file = new JsonFile(path, schema);
  expect(await file.load()).toMatchObject({ kind: 'unreadable' });
  expect(await file.save({ version: 1, names: [] })).toMatchObject({ ok: false });
  expect(await readFile(path, 'utf8')).toBe('{');
});
