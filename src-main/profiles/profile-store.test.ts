import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProfileDraft } from '../../shared/profile.ts';
import { initialState } from '../../shared/initial-state.ts';
import { StateStore } from '../state/state-store.ts';
import { ProfileStore } from './profile-store.ts';

const draft: ProfileDraft = {
  name: 'web',
  folder: '',
  vmId: '/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/web-01',
  protocol: 'ssh',
  user: 'ada',
  method: 'agent',
  keyPath: null,
  port: 22,
};
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-profiles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open() {
  const state = new StateStore(
    initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
  );
  const store = new ProfileStore(join(folder, 'profiles.json'), state);
  await store.load();
  return { state, store };
}

test('many changes at once: none is lost', async () => {
  const { store } = await open();
  const saved = await Promise.all(['a', 'b', 'c', 'd'].map((name) => store.save(null, { ...draft, name })));
  const first = saved[0]?.ok === true ? saved[0].value.id : '';
  await Promise.all([store.delete(first), store.save(null, { ...draft, name: 'e' })]);
  const { state } = await open();
  const names = Object.values(state.current.profiles).map((profile) => profile.name);
  expect(names.toSorted()).toEqual(['b', 'c', 'd', 'e']);
});

test.each(['__proto__', 'constructor', 'toString', ''])('"%s" is not a saved connection', async (id) => {
  const { store } = await open();
  const expected = { ok: false, error: { code: 'profile-not-found' } };
  expect(store.get(id)).toMatchObject(expected);
  expect(await store.save(id, draft)).toMatchObject(expected);
  expect(await store.delete(id)).toMatchObject(expected);
});

test('the notice tells a damaged file from one that cannot be read', async () => {
  await writeFile(join(folder, 'profiles.json'), '{');
  expect((await open()).state.current.notices['profiles-damaged']?.text).toContain('set aside');
  await mkdir(join(folder, 'profiles.json'));
  const { state, store } = await open();
  expect(state.current.notices['profiles-damaged']?.text).toContain('cannot be read');
  expect(await store.save(null, draft)).toMatchObject({ ok: false, error: { code: 'save-failed' } });
  expect(state.current.profiles).toEqual({});
});
