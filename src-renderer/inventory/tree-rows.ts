import { canSignInMend } from '../account/trouble-words.ts';
import type { InventoryStatus, VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Estate, EstateGroup, EstateSubscription, EstateTenant } from './estate.ts';
import { type FilterTerm, matchesFilter } from './filter.ts';
import { buildSavedRows } from './saved-rows.ts';
import type { TreeRow, TreeRows } from './tree-row.ts';

/** What decides which rows there are. */
export interface TreeInput {
  readonly estate: Estate;
  readonly status: InventoryStatus;
  readonly vms: Readonly<Record<string, VmSummary>>;
  readonly profiles: Readonly<Record<string, Profile>>;
  readonly terms: readonly FilterTerm[];
  readonly expansion: ReadonlyMap<string, boolean>;
}

/** Above these sizes subscriptions and resource groups start closed. */
const openByDefault = { subscriptions: 12, vms: 60 } as const;

class RowBuilder {
  readonly rows: TreeRow[] = [];
  matchCount = 0;
  readonly #input: TreeInput;
  readonly #isFiltered: boolean;
  readonly #subscriptionsOpen: boolean;
  readonly #groupsOpen: boolean;

  constructor(input: TreeInput) {
    this.#input = input;
    this.#isFiltered = input.terms.length > 0;
    this.#subscriptionsOpen = input.status.subscriptions.length <= openByDefault.subscriptions;
    this.#groupsOpen = input.estate.vmCount <= openByDefault.vms;
  }

  isExpanded(id: string, byDefault: boolean): boolean {
    return this.#input.expansion.get(id) ?? (this.#isFiltered || byDefault);
  }

  addTenants(): void {
    const shown = this.#input.estate.tenants
      .map((entry) => ({ entry, subscriptions: this.#filterSubscriptions(entry) }))
      .filter(
        ({ entry, subscriptions }) =>
          subscriptions.length > 0 || !this.#isFiltered || entry.tenant.state === 'failed',
      );
    shown.forEach(({ entry, subscriptions }, index) => {
      const count = subscriptions.reduce((sum, subscription) => sum + subscription.vmCount, 0);
      this.matchCount += count;
      const isExpanded = this.isExpanded(entry.id, true);
      this.rows.push({
        kind: 'tenant',
        id: entry.id,
        level: 1,
        parentId: null,
        isExpanded,
        position: index + 1,
        setSize: shown.length,
        tenant: entry.tenant,
        count,
      });
      if (isExpanded) this.#addTenantContent(entry, subscriptions);
    });
  }

  #filterSubscriptions(entry: EstateTenant): readonly EstateSubscription[] {
    if (!this.#isFiltered) return entry.subscriptions;
    return entry.subscriptions.flatMap((subscription) => {
      const groups = subscription.groups.flatMap((group) => {
        const vms = group.vms.filter((vm) => matchesFilter(this.#input.terms, vm, subscription.searchName));
        return vms.length === 0 ? [] : [{ ...group, vms }];
      });
      if (groups.length === 0) return [];
      return [{ ...subscription, groups, vmCount: groups.reduce((sum, group) => sum + group.vms.length, 0) }];
    });
  }

  #addTenantContent(entry: EstateTenant, subscriptions: readonly EstateSubscription[]): void {
    const { tenant } = entry;
    const leaf = { level: 2, parentId: entry.id, isExpanded: null, position: 1, setSize: 1 } as const;
    if (tenant.state === 'failed' && tenant.error !== undefined) {
      const { error } = tenant;
      const repair = canSignInMend(error.code)
        ? { accountId: tenant.accountId, tenantId: tenant.id, name: tenant.name }
        : null;
      this.rows.push({ ...leaf, kind: 'problem', id: `${entry.id}/problem`, error, repair });
    }
    if (tenant.state === 'loading' && subscriptions.length === 0) {
      this.rows.push({ ...leaf, kind: 'skeleton', id: `${entry.id}/skeleton` });
    }
    if (tenant.state === 'ready' && subscriptions.length === 0 && !this.#isFiltered) {
      this.rows.push({
        ...leaf,
        kind: 'note',
        id: `${entry.id}/note`,
        text: 'No subscriptions that you may read',
      });
    }
    subscriptions.forEach((subscription, index) =>
      this.#addSubscription(entry, subscription, index + 1, subscriptions.length),
    );
  }

  #addSubscription(tenant: EstateTenant, entry: EstateSubscription, position: number, setSize: number): void {
    const isExpanded = this.isExpanded(entry.id, this.#subscriptionsOpen);
    this.rows.push({
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
    if (entry.groups.length === 0) {
      const isLoading = tenant.tenant.state === 'loading';
      const leaf = { level: 3, parentId: entry.id, isExpanded: null, position: 1, setSize: 1 } as const;
      this.rows.push(
        isLoading
          ? { ...leaf, kind: 'skeleton', id: `${entry.id}/skeleton` }
          : { ...leaf, kind: 'note', id: `${entry.id}/note`, text: 'No virtual machines' },
      );
    }
    entry.groups.forEach((group, index) => this.#addGroup(entry.id, group, index + 1, entry.groups.length));
  }

  #addGroup(parentId: string, group: EstateGroup, position: number, setSize: number): void {
    const isExpanded = this.isExpanded(group.id, this.#groupsOpen);
    const count = group.vms.length;
    this.rows.push({
      kind: 'group',
      id: group.id,
      level: 3,
      parentId,
      isExpanded,
      position,
      setSize,
      name: group.name,
      count,
    });
    if (!isExpanded) return;
    group.vms.forEach((vm, index) => {
      // Written out, because ten thousand spread objects cost a frame.
      this.rows.push({
        kind: 'vm',
        id: vm.id,
        level: 4,
        parentId: group.id,
        isExpanded: null,
        position: index + 1,
        setSize: count,
        vm,
      });
    });
  }
}

/** Lays the tree out as rows: saved connections first, then tenant → subscription → resource group → machine. */
export function buildTreeRows(input: TreeInput): TreeRows {
  const builder = new RowBuilder(input);
  const saved = buildSavedRows(input.profiles, input.vms, input.terms, (id) => builder.isExpanded(id, true));
  builder.rows.push(...saved.rows);
  builder.addTenants();
  return { rows: builder.rows, matchCount: saved.matchCount + builder.matchCount };
}
