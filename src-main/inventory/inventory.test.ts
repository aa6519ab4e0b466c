import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { appError } from '../../shared/errors.ts';
import { err, ok } from '../../shared/result.ts';
import type { Arm } from '../azure/arm.ts';
import { SealedFile } from '../profiles/sealed-file.ts';
import { StateStore } from '../state/state-store.ts';
import { GraphReader } from './graph-query.ts';
import { GraphQuota } from './graph-quota.ts';
import { Inventory } from './inventory.ts';
import { InventoryCache } from './inventory-cache.ts';

const home = '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10';
const other = '5f2d9a84-3b0c-4d6e-8f17-c2a4b6d8e021';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const vm = (name: string, subscriptionId: string, change: object = {}) => ({
  id: `/Subscriptions/${subscriptionId}/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/${name}`,
  name,
  resourceGroup: 'RG',
  subscriptionId,
  location: 'westeurope',
  tags: null,
  size: null,
  osType: 'Linux',
  power: 'PowerState/running',
  vmId: null,
  adminUsername: 'ada',
  scaleSetId: null,
  isPrimaryNic: true,
  privateIp: '10.0.0.4',
  subnetId: null,
  ...change,
});

interface Answers {
  readonly subscriptions: readonly string[];
  readonly vms: readonly object[];
}

/** Azure's answers by tenant, which a test may change: its subscriptions and machines, or null for a tenant that refuses. */
async function scene(tenants: Record<string, Answers | null>) {
  const folder = await mkdtemp(join(tmpdir(), 'inventory-'));
  folders.push(folder);
  const arm = {
    list: (tenantId: string, path: string) => {
      if (path === '/tenants')
        return Promise.resolve(ok(Object.keys(tenants).map((id) => ({ tenantId: id }))));
      const found = tenants[tenantId];
      if (found === null || found === undefined) return Promise.resolve(err(appError('sign-in-needed')));
      return Promise.resolve(
        ok(found.subscriptions.map((id) => ({ subscriptionId: id, displayName: id, state: 'Enabled' }))),
      );
    },
    graph: (tenantId: string) =>
      Promise.resolve({
        resources: ({ query }: { query: string }) =>
          Promise.resolve({
            data: query.includes('leftouter') ? (tenants[tenantId]?.vms ?? []) : [],
          }),
      }),
  } as unknown as Arm;
  const accounts = [{ id: 'ada', homeTenantId: home }];
  const start = () => {
    const state = new StateStore(
      initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
      setImmediate,
    );
    const inventory = new Inventory({
      arm,
      graph: new GraphReader({ arm, quota: new GraphQuota(), userOf: () => 'ada' }),
      state,
      log,
      accounts: { list: () => accounts, offer: () => undefined, serving: () => accounts[0]?.id ?? null },
      cache: new InventoryCache(new SealedFile(join(folder, 'inventory.bin'), { kind: 'memory' }), log),
      nowMs: () => 7,
    });
    return { state, inventory, names: () => Object.values(state.current.vms).map((each) => each.name) };
  };
  return { accounts, start, ...start() };
}

async function read(tenants: Record<string, Answers | null>) {
  const { inventory, state } = await scene(tenants);
  await inventory.refresh();
  return state.current;
}

test('a subscription that is delegated to another tenant is listed once, where it was seen first', async () => {
  const state = await read({
    [home]: { subscriptions: ['s1'], vms: [vm('a', 's1')] },
    [other]: { subscriptions: ['s1', 's2'], vms: [vm('a', 's1'), vm('b', 's2')] },
  });
  expect(state.inventory.subscriptions.map((each) => [each.id, each.tenantId])).toEqual([
    ['s1', home],
    ['s2', other],
  ]);
  expect(Object.keys(state.vms)).toHaveLength(2);
});

test('a tenant that refuses leaves the others on screen', async () => {
  const state = await read({ [home]: { subscriptions: ['s1'], vms: [vm('a', 's1')] }, [other]: null });
  expect(state.inventory.tenants.map((tenant) => tenant.state)).toEqual(['ready', 'failed']);
  expect(Object.values(state.vms).map((each) => each.name)).toEqual(['a']);
  expect(state.inventory).toMatchObject({ state: 'ready', refreshedAtMs: 7 });
});

test('ids become keys in lower case; names that cannot be user names are not taken for one', async () => {
  const state = await read({
    [home]: { subscriptions: ['s1'], vms: [vm('A', 's1', { adminUsername: 'a\r\nb' })] },
  });
  const [only] = Object.values(state.vms);
  expect(only?.id).toBe(only?.armId.toLowerCase());
  expect(only).toMatchObject({ adminUsername: '', power: 'running', os: 'linux', tags: {} });
});

test('a machine that is gone leaves the tree; one of a tenant that fails meanwhile stays', async () => {
  const tenants: Record<string, Answers | null> = {
    [home]: { subscriptions: ['s1'], vms: [vm('a', 's1'), vm('b', 's1')] },
    [other]: { subscriptions: ['s2'], vms: [vm('c', 's2')] },
  };
  const { inventory, state, names } = await scene(tenants);
  await inventory.refresh();
  tenants[home] = { subscriptions: ['s1'], vms: [vm('b', 's1')] };
  tenants[other] = null;
  await inventory.refresh();
  expect(names().toSorted()).toEqual(['b', 'c']);
  expect(state.current.inventory.tenants.map((tenant) => tenant.state)).toEqual(['ready', 'failed']);
});

test('only what has changed is told to the window', async () => {
  const tenants: Record<string, Answers> = {
    [home]: { subscriptions: ['s1'], vms: [vm('a', 's1'), vm('b', 's1')] },
  };
  const { inventory, state } = await scene(tenants);
  await inventory.refresh();
  state.snapshot();
  const told: string[] = [];
  state.subscribe((patch) => told.push(...Object.values(patch.upserts.vms ?? {}).map((each) => each.name)));
  tenants[home] = {
    subscriptions: ['s1'],
    vms: [vm('a', 's1'), vm('b', 's1', { power: 'PowerState/deallocated' })],
  };
  await inventory.refresh();
  state.snapshot();
  expect(told).toEqual(['b']);
});

test('a power state that was read from the machine wins over the graph, which lags', async () => {
  const { inventory, state } = await scene({ [home]: { subscriptions: ['s1'], vms: [vm('a', 's1')] } });
  await inventory.refresh();
  const [only] = Object.values(state.current.vms);
  inventory.notePower(only?.id ?? '', 'deallocated');
  await inventory.refresh();
  expect(Object.values(state.current.vms)[0]?.power).toBe('deallocated');
});

test('the last inventory is there before Azure was asked, without machines of accounts that are gone', async () => {
  const { inventory, accounts, start } = await scene({
    [home]: { subscriptions: ['s1'], vms: [vm('a', 's1')] },
  });
  await inventory.refresh();
  await inventory.dispose();
  const next = start();
  await next.inventory.restore();
  expect(next.names()).toEqual(['a']);
  expect(next.state.current.inventory).toMatchObject({ refreshedAtMs: 7, tenants: [{ accountId: 'ada' }] });
  accounts[0] = { id: 'grace', homeTenantId: home };
  const third = start();
  await third.inventory.restore();
  expect(third.names()).toEqual([]);
  expect(third.state.current.inventory.refreshedAtMs).toBeNull();
});

test('signing out forgets everything, on disk too', async () => {
  const { inventory, accounts, names, start } = await scene({
    [home]: { subscriptions: ['s1'], vms: [vm('a', 's1')] },
  });
  await inventory.refresh();
  await inventory.dispose();
  const [ada] = accounts.splice(0);
  await inventory.accountsChanged();
  expect(names()).toEqual([]);
  if (ada !== undefined) accounts.push(ada);
  const next = start();
  await next.inventory.restore();
  expect(next.names()).toEqual([]);
});

test('what one of two accounts has seen leaves the disk with it; a machine found by its id does not come back', async () => {
  const tenants: Record<string, Answers | null> = {
    [home]: { subscriptions: ['s1'], vms: [vm('a', 's1')] },
  };
  const { inventory, accounts, state, names, start } = await scene(tenants);
  await inventory.refresh();
  const [found] = Object.values(state.current.vms);
  if (found === undefined) throw new Error('no machine');
  inventory.pin({ ...found, id: '/pinned', armId: '/pinned', name: 'pinned' });
  const [ada] = accounts.splice(0);
  accounts.push({ id: 'grace', homeTenantId: other });
  tenants[home] = null;
  await inventory.accountsChanged();
  expect(names()).toEqual([]);
  inventory.pin({ ...found, tenantId: 'nobody-serves-it' });
  await inventory.dispose();
  accounts.splice(0);
  if (ada !== undefined) accounts.push(ada);
  const next = start();
  await next.inventory.restore();
  expect(next.names()).toEqual([]);
});
