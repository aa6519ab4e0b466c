import type { Tenant, VmSummary } from '../../shared/inventory.ts';
import { canSignInMend } from '../account/trouble-words.ts';
import type { EstateGroup, EstateSubscription, EstateTenant } from './estate.ts';
import { type FilterContext, type FilterTerm, makeFilter } from './filter.ts';
import { addMachines, leafPlace, sectionRow } from './row-list.ts';
import type { Repair, TreeRow } from './tree-row.ts';

/** Whether rows that the user has not touched are open. */
export interface Openness {
  readonly isExpanded: (id: string, byDefault: boolean) => boolean;
  readonly subscriptions: boolean;
  readonly groups: boolean;
}

function keepMatching(group: EstateGroup, keep: (vm: VmSummary) => boolean): EstateGroup | null {
  const vms = group.vms.filter(keep);
  const scaleSets = group.scaleSets.flatMap((scaleSet) => {
    const members = scaleSet.vms.filter(keep);
    return members.length === 0 ? [] : [{ ...scaleSet, vms: members }];
  });
  const vmCount = scaleSets.reduce((sum, scaleSet) => sum + scaleSet.vms.length, vms.length);
  return vmCount === 0 ? null : { id: group.id, name: group.name, vms, scaleSets, vmCount };
}

/** The subscriptions of a tenant with only the machines that a filter finds. */
export function filterSubscriptions(
  entry: EstateTenant,
  terms: readonly FilterTerm[],
  reach: FilterContext['reach'],
): readonly EstateSubscription[] {
  if (terms.length === 0) return entry.subscriptions;
  return entry.subscriptions.flatMap((subscription) => {
    const keep = makeFilter(terms, { subscriptionName: subscription.searchName, reach });
    const groups = subscription.groups.flatMap((group) => keepMatching(group, keep) ?? []);
    if (groups.length === 0) return [];
    return [{ ...subscription, groups, vmCount: groups.reduce((sum, group) => sum + group.vmCount, 0) }];
  });
}

/** The sign-in that would mend a directory; null if none would. */
export function repairOf(tenant: Tenant): Repair | null {
  if (tenant.error === undefined || !canSignInMend(tenant.error.code)) return null;
  return { accountId: tenant.accountId, tenantId: tenant.id, name: tenant.name };
}

/** Adds what stands under a tenant: what could not be read, what is on its way, and its subscriptions. */
export function addTenantContent(
  rows: TreeRow[],
  entry: EstateTenant,
  subscriptions: readonly EstateSubscription[],
  isFiltered: boolean,
  openness: Openness,
): void {
  const { tenant } = entry;
  const leaf = leafPlace(2, entry.id);
  if (tenant.state === 'failed' && tenant.error !== undefined) {
    const { error, name } = tenant;
    const repair = repairOf(tenant);
    rows.push({ ...leaf, kind: 'problem', id: `${entry.id}/problem`, error, about: name, repair });
  }
  if (tenant.state === 'loading' && subscriptions.length === 0)
    rows.push({ ...leaf, kind: 'skeleton', id: `${entry.id}/skeleton` });
  if ((tenant.state === 'ready' || tenant.state === 'partial') && subscriptions.length === 0 && !isFiltered) {
    const text = 'No subscriptions that you may read';
    rows.push({ ...leaf, kind: 'note', id: `${entry.id}/note`, text });
  }
  subscriptions.forEach((subscription, index) =>
    addSubscription(rows, entry, subscription, index + 1, subscriptions.length, openness),
  );
}

function addSubscription(
  rows: TreeRow[],
  tenant: EstateTenant,
  entry: EstateSubscription,
  position: number,
  setSize: number,
  openness: Openness,
): void {
  const { error, name } = entry.subscription;
  const isExpanded = openness.isExpanded(entry.id, openness.subscriptions);
  rows.push({
    kind: 'subscription',
    id: entry.id,
    level: 2,
    parentId: tenant.id,
    isExpanded,
    position,
    setSize,
    subscription: entry.subscription,
    count: entry.vmCount,
  });
  if (!isExpanded) return;
  const leaf = leafPlace(3, entry.id);
  if (error !== undefined)
    rows.push({ ...leaf, kind: 'problem', id: `${entry.id}/problem`, error, about: name, repair: null });
  if (entry.groups.length === 0 && error === undefined) {
    rows.push(
      tenant.tenant.state === 'loading'
        ? { ...leaf, kind: 'skeleton', id: `${entry.id}/skeleton` }
        : { ...leaf, kind: 'note', id: `${entry.id}/note`, text: 'No virtual machines' },
    );
  }
  entry.groups.forEach((group, index) =>
    addGroup(rows, entry.id, group, index + 1, entry.groups.length, openness),
  );
}

function addGroup(
  rows: TreeRow[],
  parentId: string,
  group: EstateGroup,
  position: number,
  setSize: number,
  openness: Openness,
): void {
  const isExpanded = openness.isExpanded(group.id, openness.groups);
  rows.push({
    kind: 'group',
    id: group.id,
    level: 3,
    parentId,
    isExpanded,
    position,
    setSize,
    name: group.name,
    count: group.vmCount,
  });
  if (!isExpanded) return;
  const size = group.scaleSets.length + group.vms.length;
  group.scaleSets.forEach((scaleSet, index) => {
    const isOpen = openness.isExpanded(scaleSet.id, openness.groups);
    const place = { level: 4, parentId: group.id, position: index + 1, setSize: size };
    rows.push(
      sectionRow('scale-set', scaleSet.name, scaleSet.vms.length, {
        id: scaleSet.id,
        isExpanded: isOpen,
        ...place,
      }),
    );
    if (isOpen) addMachines(rows, scaleSet.vms, { level: 5, parentId: scaleSet.id });
  });
  addMachines(rows, group.vms, {
    level: 4,
    parentId: group.id,
    firstPosition: group.scaleSets.length + 1,
    setSize: size,
  });
}
