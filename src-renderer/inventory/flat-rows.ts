import type { InventoryStatus, VmSummary } from '../../shared/inventory.ts';
import { type Estate, subscriptionRowId, tenantRowId } from './estate.ts';
import { addMachines, sectionRow } from './row-list.ts';
import { sortByName } from './sort-names.ts';
import { repairOf } from './tenant-rows.ts';
import type { TreeRow } from './tree-row.ts';

const place = (vm: VmSummary) => (vm.kind === 'host' ? '' : vm.resourceGroup);

/** What could not be read, where no tenant and no subscription has a row of its own. */
export function buildProblemRows(status: Pick<InventoryStatus, 'tenants' | 'subscriptions'>): TreeRow[] {
  const parts = [
    ...status.tenants.map((tenant) => ({
      ...tenant,
      rowId: tenantRowId(tenant.id),
      repair: repairOf(tenant),
    })),
    ...status.subscriptions.map((entry) => ({
      ...entry,
      rowId: subscriptionRowId(entry.id),
      repair: null,
    })),
  ];
  return parts.flatMap(({ rowId, name, error, repair }) =>
    error === undefined
      ? []
      : [
          {
            kind: 'problem' as const,
            id: `${rowId}/problem`,
            level: 1,
            parentId: null,
            isExpanded: null,
            position: 1,
            setSize: 1,
            error,
            about: name,
            repair,
          },
        ],
  );
}

/** All machines in one list. `vms` sorted. */
export function buildFlatRows(vms: readonly VmSummary[]): TreeRow[] {
  const rows: TreeRow[] = [];
  addMachines(rows, vms, { level: 1, parentId: null, noteOf: place });
  return rows;
}

/** The row of the machines with a value of a tag; null: of those without the tag. */
export function tagRowId(value: string | null): string {
  return value === null ? 'no-tag' : `tag=${value}`;
}

function tagValue(vm: VmSummary, wanted: string): string | null {
  // Azure does not tell names of tags apart by case.
  for (const key in vm.tags) if (key.toLowerCase() === wanted) return vm.tags[key] ?? null;
  return null;
}

/** Machines by the value of a tag, those without it last. `vms` sorted. */
export function buildTagRows(
  vms: readonly VmSummary[],
  key: string,
  isExpanded: (id: string) => boolean,
): TreeRow[] {
  const wanted = key.toLowerCase();
  const byValue = new Map<string | null, VmSummary[]>();
  for (const vm of vms) {
    const value = tagValue(vm, wanted);
    const members = byValue.get(value);
    if (members === undefined) byValue.set(value, [vm]);
    else members.push(vm);
  }
  const named = [...byValue.keys()].filter((value) => value !== null);
  const values = [...sortByName(named, (value) => value), ...(byValue.has(null) ? [null] : [])];
  const rows: TreeRow[] = [];
  values.forEach((value, index) => {
    const id = tagRowId(value);
    const isOpen = isExpanded(id);
    const members = byValue.get(value) ?? [];
    const name = value === null ? `No tag ${key}` : value === '' ? `${key}: (empty)` : `${key}: ${value}`;
    const root = { id, level: 1, parentId: null, position: index + 1, setSize: values.length };
    rows.push(sectionRow('tag', name, members.length, { ...root, isExpanded: isOpen }));
    if (isOpen) addMachines(rows, members, { level: 2, parentId: id, noteOf: place });
  });
  return rows;
}

/** The names of tags in use, the most used first: what the list can be grouped by. */
export function tagKeys(estate: Estate, limit: number): readonly string[] {
  const counts = new Map<string, { readonly key: string; count: number }>();
  for (const tenant of estate.tenants)
    for (const subscription of tenant.subscriptions)
      for (const group of subscription.groups)
        for (const vm of group.vms)
          for (const key in vm.tags) {
            const entry = counts.get(key.toLowerCase());
            if (entry === undefined) counts.set(key.toLowerCase(), { key, count: 1 });
            else entry.count += 1;
          }
  return [...counts.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, limit)
    .map(({ key }) => key);
}
