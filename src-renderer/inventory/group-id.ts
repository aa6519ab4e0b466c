import type { TreeRow } from './tree-row.ts';

/**
 * The resource id of the resource group or the scale set that a row stands for, from the ids that the tree gives its rows;
 * null for rows that stand for no resource.
 */
export function groupResourceId(row: TreeRow): string | null {
  const match = /^sub:([^/]+)\/rg:([^/]+)(?:\/vmss:[^/]+)?$/.exec(row.id);
  if (match === null) return null;
  const [, subscription = '', group = ''] = match;
  if (row.kind === 'group') return `/subscriptions/${subscription}/resourceGroups/${row.name}`;
  if (row.kind !== 'section' || row.section !== 'scale-set') return null;
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${row.name}`;
}
