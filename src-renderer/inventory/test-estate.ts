import type { InventoryStatus, VmSummary } from '../../shared/inventory.ts';

/** A machine for tests. */
export function testVm(name: string, over: Partial<VmSummary> = {}): VmSummary {
  const resourceGroup = over.resourceGroup ?? 'rg-web';
  const armId = `/subscriptions/s1/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`;
  return {
    id: armId.toLowerCase(),
    armId,
    kind: 'vm',
    name,
    resourceGroup,
    subscriptionId: 's1',
    tenantId: 't1',
    location: 'westeurope',
    size: 'Standard_B2s',
    os: 'linux',
    power: 'running',
    vmId: '',
    adminUsername: 'ada',
    scaleSet: '',
    privateIp: '',
    networkId: '',
    tags: {},
    ...over,
  };
}

/** Machines by id, as the state holds them. */
export function byId<T extends { readonly id: string }>(items: readonly T[]): Record<string, T> {
  return Object.fromEntries(items.map((item) => [item.id, item]));
}

/** A list that was read without trouble: one tenant with one subscription. */
export const testStatus: InventoryStatus = {
  state: 'ready',
  tenants: [{ id: 't1', name: 'Contoso', domain: 'contoso.example', accountId: 'a1', state: 'ready' }],
  subscriptions: [{ id: 's1', name: 'Production', tenantId: 't1' }],
  refreshedAtMs: 0,
  error: null,
};
