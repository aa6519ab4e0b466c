import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { recentLimit, usualPreferences } from '../../shared/preferences.ts';
import type { Session } from '../../shared/session.ts';
import { StateStore } from '../state/state-store.ts';
import { followSessions } from './follow-sessions.ts';
import { PreferenceStore } from './preference-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-preferences-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, 'preferences.json');

async function open(nowMs: () => number = Date.now) {
  const state = new StateStore(
    initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
    queueMicrotask,
  );
  const store = new PreferenceStore(file(), state, nowMs);
  await store.load();
  return { state, store, now: () => state.current.preferences };
}

test('what was arranged is there after a restart', async () => {
  const { store } = await open(() => 7);
  await Promise.all([
    store.setFavourite('/VM/b', true),
    store.setFavourite('/vm/a', true),
    store.setFavourite('/vm/a', true),
    store.visit('/vm/x'),
    store.visit('/vm/y'),
    store.visit('/VM/x'),
    store.saveFilter({ name: 'prod', text: 'tag:env=p' }),
    store.saveFilter({ name: 'prod', text: 'tag:env=prod' }),
    store.setGroupBy({ kind: 'tag', key: 'env' }),
    store.setWarmUp('off'),
    store.setShortcut('palette', 'Mod+P'),
  ]);
  const { now, store: again } = await open();
  expect(now()).toEqual({
    favourites: ['/vm/b', '/vm/a'],
    recents: [
      { vmId: '/vm/x', atMs: 7 },
      { vmId: '/vm/y', atMs: 7 },
    ],
    savedFilters: [{ name: 'prod', text: 'tag:env=prod' }],
    groupBy: { kind: 'tag', key: 'env' },
    warmUp: 'off',
    shortcuts: { palette: 'Mod+P' },
  });
  await again.setFavourite('/vm/b', false);
  await again.deleteFilter('prod');
  await again.clearRecents();
  await again.setShortcut('palette', null);
  expect(now()).toEqual({
    ...usualPreferences,
    favourites: ['/vm/a'],
    groupBy: { kind: 'tag', key: 'env' },
    warmUp: 'off',
  });
});

test('only the latest machines are remembered', async () => {
  const { store, now } = await open();
  for (let index = 0; index < recentLimit + 5; index += 1) await store.visit(`/vm/${String(index)}`);
  expect(now().recents).toHaveLength(recentLimit);
  expect(now().recents[0]?.vmId).toBe(`/vm/${String(recentLimit + 4)}`);
});

test('a key that edits text or that another command has is refused', async () => {
  const { store, now } = await open();
  for (const taken of ['Mod+C', 'Mod+W', 'Mod+Shift+W', 'Shift+F5', 'Ctrl+Tab']) {
    expect(await store.setShortcut('palette', taken)).toMatchObject({ error: { code: 'shortcut-taken' } });
  }
  await store.setShortcut('palette', 'Mod+P');
  expect(await store.setShortcut('filter', 'Mod+K')).toMatchObject({ ok: true });
  // The usual key of the palette now belongs to the filter.
  expect(await store.setShortcut('palette', null)).toMatchObject({ error: { code: 'shortcut-taken' } });
  expect(now().shortcuts).toEqual({ palette: 'Mod+P', filter: 'Mod+K' });
});

test('a damaged file is set aside and told about', async () => {
  await writeFile(file(), '{"version":1,"preferences":{"favourites":"all"}}');
  const { state, now } = await open();
  expect(now()).toEqual(usualPreferences);
  expect(state.current.notices['preferences-damaged']?.detail).toContain('favourites');
  expect((await readdir(folder)).some((name) => name.includes('.damaged-'))).toBe(true);
});

test('what cannot be saved is not changed', async () => {
  await mkdir(file());
  const { store, now } = await open();
  expect(await store.setFavourite('/vm/a', true)).toMatchObject({ error: { code: 'save-failed' } });
  expect(now().favourites).toEqual([]);
});

test('every new session counts once', async () => {
  const { state } = await open();
  const visited: string[] = [];
  const stop = followSessions(state, (vmId) => visited.push(vmId));
  const report = (id: string, vmId: string) => {
    state.upsert('sessions', id, { id, vmId } as Session);
    state.snapshot(); // sends what is pending
  };
  report('1', '/vm/a');
  report('1', '/vm/a');
  report('2', '/vm/b');
  state.remove('sessions', ['1']);
  stop();
  report('3', '/vm/c');
  expect(visited).toEqual(['/vm/a', '/vm/b']);
});
