import { expect, test } from 'vitest';
import { applyPatch, type AppState, type Patch, usualSettings } from '../../shared/state.ts';
import { initialState } from '../../shared/initial-state.ts';
import { StateStore } from './state-store.ts';

function makeStore() {
  const flushes: (() => void)[] = [];
  const store = new StateStore(
    initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
    (flush) => flushes.push(flush),
  );
  const patches: Patch[] = [];
  store.subscribe((patch) => patches.push(patch));
  return { store, patches, flush: () => flushes.splice(0).forEach((each) => each()) };
}

const notice = (id: string): AppState['notices'][string] => ({ id, tone: 'info', text: id, detail: '' });

test('a mirror that applies the patches equals the state', () => {
  const { store, patches, flush } = makeStore();
  let mirror = store.snapshot();
  store.upsert('notices', 'a', notice('a'));
  store.upsert('notices', 'b', notice('b'));
  flush();
  store.remove('notices', ['a']);
  store.set('settings', { ...usualSettings, theme: 'dark' });
  flush();
  store.remove('notices', ['b']);
  store.upsert('notices', 'b', notice('b2'));
  flush();
  for (const patch of patches) mirror = applyPatch(mirror, patch) ?? mirror;
  expect(patches.map((patch) => patch.sequence)).toEqual([1, 2, 3]);
  expect(mirror).toEqual(store.snapshot());
});

test('a patch out of order is not applied', () => {
  const { store, patches, flush } = makeStore();
  const before = store.snapshot();
  store.set('settings', { ...usualSettings, theme: 'dark' });
  flush();
  store.set('settings', { ...usualSettings, theme: 'light' });
  flush();
  expect(applyPatch(before, patches[1] as Patch)).toBeNull();
});

test('replacing a collection sends only what differs', () => {
  const { store, patches, flush } = makeStore();
  store.replaceAll('notices', { a: notice('a'), b: notice('b') });
  flush();
  store.replaceAll('notices', { b: notice('b'), c: notice('c') });
  flush();
  expect(patches[1]).toMatchObject({
    upserts: { notices: { c: notice('c') } },
    removals: { notices: ['a'] },
  });
  expect(Object.keys(patches[1]?.upserts.notices ?? {})).toEqual(['c']);
});
