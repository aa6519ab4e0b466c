import type { InventoryStatus, VmSummary } from '../../shared/inventory.ts';
import type { Preferences } from '../../shared/preferences.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Estate } from './estate.ts';
import { type FilterContext, type FilterTerm, makeFilter, makeFilterForAll } from './filter.ts';
import { buildFlatRows, buildProblemRows, buildTagRows } from './flat-rows.ts';
import { buildKeptRows } from './kept-rows.ts';
import { addMachines, sectionRow } from './row-list.ts';
import { buildSavedRows } from './saved-rows.ts';
import { addTenantContent, filterSubscriptions, type Openness } from './tenant-rows.ts';
import type { TreeRow, TreeRows } from './tree-row.ts';

/** What decides which rows there are. */
export interface TreeInput {
  readonly estate: Estate;
  /** Every machine sorted by name; asked for only where the list is not by subscription. */
  readonly sorted: () => readonly VmSummary[];
  readonly status: InventoryStatus;
  readonly vms: Readonly<Record<string, VmSummary>>;
  readonly reach: FilterContext['reach'];
  readonly profiles: Readonly<Record<string, Profile>>;
  readonly preferences: Pick<Preferences, 'favourites' | 'recents' | 'groupBy'>;
  readonly terms: readonly FilterTerm[];
  readonly expansion: ReadonlyMap<string, boolean>;
}

/** Above these sizes subscriptions and resource groups start closed. */
const openByDefault = { subscriptions: 12, vms: 60 } as const;

/** The row above the hosts that are known by their address only. */
export const hostsRowId = 'hosts';

function opennessOf({ status, estate, terms, expansion }: TreeInput): Openness {
  return {
    isExpanded: (id, byDefault) => expansion.get(id) ?? (terms.length > 0 || byDefault),
    subscriptions: status.subscriptions.length <= openByDefault.subscriptions,
    groups: estate.vmCount <= openByDefault.vms,
  };
}

function buildTenantRows(input: TreeInput, openness: Openness): TreeRows {
  const isFiltered = input.terms.length > 0;
  const rows: TreeRow[] = [];
  let matchCount = 0;
  const shown = input.estate.tenants
    .map((entry) => ({ entry, subscriptions: filterSubscriptions(entry, input.terms, input.reach) }))
    .filter(
      ({ entry, subscriptions }) =>
        subscriptions.length > 0 || !isFiltered || entry.tenant.state === 'failed',
    );
  shown.forEach(({ entry, subscriptions }, index) => {
    const count = subscriptions.reduce((sum, subscription) => sum + subscription.vmCount, 0);
    matchCount += count;
    const isExpanded = openness.isExpanded(entry.id, true);
    const place = { level: 1, parentId: null, position: index + 1, setSize: shown.length };
    rows.push({ kind: 'tenant', id: entry.id, ...place, isExpanded, tenant: entry.tenant, count });
    if (isExpanded) addTenantContent(rows, entry, subscriptions, isFiltered, openness);
  });
  return { rows, matchCount };
}

function buildHostRows(input: TreeInput, openness: Openness): TreeRows {
  const hosts = input.estate.hosts.filter(
    makeFilter(input.terms, { subscriptionName: '', reach: input.reach }),
  );
  if (hosts.length === 0) return { rows: [], matchCount: 0 };
  const isExpanded = openness.isExpanded(hostsRowId, openness.groups);
  const root = { id: hostsRowId, level: 1, parentId: null, isExpanded, position: 1, setSize: 1 };
  const rows = [sectionRow('hosts', 'Hosts by address', hosts.length, root)];
  if (isExpanded) addMachines(rows, hosts, { level: 2, parentId: hostsRowId, noteOf: (vm) => vm.privateIp });
  return { rows, matchCount: hosts.length };
}

function buildUngroupedRows(input: TreeInput, openness: Openness): TreeRows {
  const { groupBy } = input.preferences;
  const found =
    input.terms.length === 0
      ? input.sorted()
      : input.sorted().filter(makeFilterForAll(input.terms, input.reach, input.status.subscriptions));
  const problems = input.terms.length === 0 ? buildProblemRows(input.status) : [];
  const rows =
    groupBy.kind === 'tag'
      ? buildTagRows(found, groupBy.key, (id) => openness.isExpanded(id, openness.groups))
      : buildFlatRows(found);
  return { rows: [...problems, ...rows], matchCount: found.length };
}

/**
 * Lays the tree out as rows: favourites, latest machines, saved connections, then everything by tenant → subscription →
 * resource group → machine, by tag, or in one list. A filter leaves each machine once, so favourites and latest are left out.
 */
export function buildTreeRows(input: TreeInput): TreeRows {
  const openness = opennessOf(input);
  const byDefault = (id: string) => openness.isExpanded(id, true);
  const kept = input.terms.length > 0 ? [] : buildKeptRows(input.preferences, input.vms, byDefault);
  const saved = buildSavedRows(input.profiles, input.vms, input, byDefault);
  const parts =
    input.preferences.groupBy.kind === 'subscription'
      ? [saved, buildTenantRows(input, openness), buildHostRows(input, openness)]
      : [saved, buildUngroupedRows(input, openness)];
  return {
    rows: kept.concat(...parts.map((part) => part.rows)),
    matchCount: parts.reduce((sum, part) => sum + part.matchCount, 0),
  };
}
