import { expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { appError } from '../../shared/errors.ts';
import { err, ok } from '../../shared/result.ts';
import { StateStore } from '../state/state-store.ts';
import type { Arm } from './arm.ts';
import { Inventory } from './inventory.ts';

const home = '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10';
const other = '5f2d9a84-3b0c-4d6e-8f17-c2a4b6d8e021';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

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
  ...change,
});

/** Azure's answers by tenant: its subscriptions and machines, or null for a tenant that refuses. */
function read(tenants: Record<string, { subscriptions: string[]; vms: object[] } | null>) {
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
      Promise.resolve({ resources: () => Promise.resolve({ data: tenants[tenantId]?.vms ?? [] }) }),
  } as unknown as Arm;
  const state = new StateStore(
    initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
    () => undefined,
  );
  const inventory = new Inventory({ arm, state, log, homeTenant: () => home, nowMs: () => 7 });
  return inventory.refresh().then(() => state.current);
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
