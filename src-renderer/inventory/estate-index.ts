import type { InventoryStatus, Subscription, Tenant, VmSummary } from '../../shared/inventory.ts';
import {
  type Estate,
  type EstateGroup,
  type EstateScaleSet,
  type EstateSubscription,
  subscriptionRowId,
  tenantRowId,
} from './estate.ts';
import { sortByName } from './sort-names.ts';

/** Machines that stand together in the tree: a resource group of a subscription, or the hosts. */
interface Bucket {
  readonly subscriptionId: string;
  readonly key: string;
  readonly members: Map<string, VmSummary>;
  /** Null: must be sorted anew. Otherwise changed in place, so that a power state costs no sorting. */
  group: EstateGroup | null;
}

const hostsKey = 'hosts';

function bucketKey(vm: VmSummary): string {
  // Azure's casing of resource group names is not stable, so groups are told apart in lower case.
  return vm.kind === 'host' ? hostsKey : `${vm.subscriptionId}/${vm.resourceGroup.toLowerCase()}`;
}

/** True if the machine stands where it stood and is called as it was. */
function keepsPlace(before: VmSummary, now: VmSummary): boolean {
  return (
    before.name === now.name &&
    before.scaleSet === now.scaleSet &&
    before.tenantId === now.tenantId &&
    bucketKey(before) === bucketKey(now)
  );
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Puts a changed machine in the place of what it was. These lists belong to the index, whoever else reads them. */
function replaceIn(vms: readonly VmSummary[], vm: VmSummary): void {
  const at = vms.findIndex((other) => other.id === vm.id);
  if (at >= 0) (vms as VmSummary[])[at] = vm;
}

function buildGroup(bucket: Bucket): EstateGroup {
  const id = `${subscriptionRowId(bucket.subscriptionId)}/rg:${bucket.key}`;
  const sorted = sortByName([...bucket.members.values()], (vm) => vm.name);
  const byScaleSet = groupBy(sorted, (vm) => vm.scaleSet);
  const scaleSets: readonly EstateScaleSet[] = [...byScaleSet]
    .filter(([name]) => name !== '')
    .map(([name, vms]) => ({ id: `${id}/vmss:${name.toLowerCase()}`, name, vms }));
  return {
    id,
    name: sorted[0]?.resourceGroup ?? bucket.key,
    scaleSets: sortByName(scaleSets, (scaleSet) => scaleSet.name),
    vms: byScaleSet.get('') ?? [],
    vmCount: sorted.length,
  };
}

/**
 * The machines by subscription and resource group, kept up with the state: what came or went is sorted into its own group,
 * and a machine that has only changed takes its old place.
 */
export class EstateIndex {
  #buckets = new Map<string, Bucket>();
  #placeOf = new Map<string, Bucket>();
  #all: { readonly content: number; readonly vms: readonly VmSummary[] } | null = null;
  #sorted: { readonly vms: VmSummary[]; readonly placeOf: ReadonlyMap<string, number> } | null = null;
  #estate: { readonly status: object; readonly subscriptions: object; readonly estate: Estate } | null = null;
  /** Counts changes after which rows come, go or move. */
  structure = 0;
  /** Counts all changes. */
  content = 0;

  /** Forgets everything and takes these machines. */
  reset(vms: Iterable<VmSummary>): void {
    this.#buckets = new Map();
    this.#placeOf = new Map();
    this.#structureChanged();
    for (const vm of vms) this.#add(vm);
  }

  /** Follows one patch. */
  apply(upserts: Iterable<VmSummary>, removals: Iterable<string>): void {
    for (const vm of upserts) this.#upsert(vm);
    for (const id of removals) {
      if (this.#remove(id)) this.#structureChanged();
    }
  }

  #upsert(vm: VmSummary): void {
    const bucket = this.#placeOf.get(vm.id);
    const before = bucket?.members.get(vm.id);
    if (bucket === undefined || before === undefined || !keepsPlace(before, vm)) {
      this.#remove(vm.id);
      this.#add(vm);
      this.#structureChanged();
      return;
    }
    this.content += 1;
    bucket.members.set(vm.id, vm);
    const { group } = bucket;
    if (group !== null) {
      const scaleSet = group.scaleSets.find((entry) => entry.name === vm.scaleSet);
      replaceIn(scaleSet?.vms ?? group.vms, vm);
    }
    if (vm.kind === 'host' && this.#estate !== null) replaceIn(this.#estate.estate.hosts, vm);
    const place = this.#sorted?.placeOf.get(vm.id);
    if (this.#sorted !== null && place !== undefined) this.#sorted.vms[place] = vm;
    // Rows by tag stand where the tags say.
    if (JSON.stringify(before.tags) !== JSON.stringify(vm.tags)) this.structure += 1;
  }

  #structureChanged(): void {
    this.structure += 1;
    this.content += 1;
    this.#sorted = null;
    this.#estate = null;
  }

  #add(vm: VmSummary): void {
    const key = bucketKey(vm);
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = {
        subscriptionId: vm.subscriptionId,
        key: vm.resourceGroup.toLowerCase(),
        members: new Map(),
        group: null,
      };
      this.#buckets.set(key, bucket);
    }
    bucket.members.set(vm.id, vm);
    bucket.group = null;
    this.#placeOf.set(vm.id, bucket);
  }

  #remove(id: string): boolean {
    const bucket = this.#placeOf.get(id);
    if (bucket === undefined) return false;
    this.#placeOf.delete(id);
    const vm = bucket.members.get(id);
    bucket.members.delete(id);
    bucket.group = null;
    if (bucket.members.size === 0 && vm !== undefined) this.#buckets.delete(bucketKey(vm));
    return true;
  }

  /** Every machine, sorted by name; made when it is asked for. */
  sorted(): readonly VmSummary[] {
    if (this.#sorted === null) {
      const vms = sortByName(this.all(), (vm) => vm.name);
      this.#sorted = { vms, placeOf: new Map(vms.map((vm, index) => [vm.id, index])) };
    }
    return this.#sorted.vms;
  }

  /** Every machine, in any order. */
  all(): readonly VmSummary[] {
    if (this.#all?.content !== this.content) {
      const vms: VmSummary[] = [];
      for (const bucket of this.#buckets.values()) for (const vm of bucket.members.values()) vms.push(vm);
      this.#all = { content: this.content, vms };
    }
    return this.#all.vms;
  }

  /** The machines, subscriptions and tenants as a tree; the same object until something comes, goes or moves. */
  estate(status: Pick<InventoryStatus, 'tenants' | 'subscriptions'>): Estate {
    const known = this.#estate;
    if (known !== null && known.status === status.tenants && known.subscriptions === status.subscriptions)
      return known.estate;
    const estate = this.#build(status);
    this.#estate = { status: status.tenants, subscriptions: status.subscriptions, estate };
    return estate;
  }

  #build(status: Pick<InventoryStatus, 'tenants' | 'subscriptions'>): Estate {
    const hosts = this.#buckets.get(hostsKey);
    const groups = [...this.#buckets.values()].filter((bucket) => bucket !== hosts);
    const bySubscription = groupBy(groups, (bucket) => bucket.subscriptionId);
    const listed = new Set(status.subscriptions.map((subscription) => subscription.id));
    const strays: Subscription[] = [...bySubscription].flatMap(([id, buckets]) => {
      if (listed.has(id)) return [];
      const tenantId = buckets[0]?.members.values().next().value?.tenantId ?? '';
      return [{ id, name: id, tenantId }];
    });
    const byTenant = groupBy([...status.subscriptions, ...strays], (entry) => entry.tenantId);
    const knownTenants = new Set(status.tenants.map((tenant) => tenant.id));
    const strayTenants: Tenant[] = [...byTenant.keys()].flatMap((id) =>
      knownTenants.has(id) ? [] : [{ id, name: id, domain: '', accountId: '', state: 'ready' as const }],
    );
    const tenants = sortByName([...status.tenants, ...strayTenants], (tenant) => tenant.name).map(
      (tenant) => {
        const subscriptions = sortByName(byTenant.get(tenant.id) ?? [], (entry) => entry.name).map((entry) =>
          buildSubscription(entry, bySubscription.get(entry.id) ?? []),
        );
        const vmCount = subscriptions.reduce((sum, entry) => sum + entry.vmCount, 0);
        return { id: tenantRowId(tenant.id), tenant, subscriptions, vmCount };
      },
    );
    return {
      tenants,
      hosts: hosts === undefined ? [] : sortByName([...hosts.members.values()], (vm) => vm.name),
      vmCount: tenants.reduce((sum, tenant) => sum + tenant.vmCount, 0),
    };
  }
}

function buildSubscription(subscription: Subscription, buckets: readonly Bucket[]): EstateSubscription {
  const groups = buckets.map((bucket) => (bucket.group ??= buildGroup(bucket)));
  return {
    id: subscriptionRowId(subscription.id),
    subscription,
    searchName: subscription.name.toLowerCase(),
    groups: sortByName(groups, (group) => group.name),
    vmCount: groups.reduce((sum, group) => sum + group.vmCount, 0),
  };
}

/**
 * Sorts tenants, subscriptions and machines into a tree, once. A machine whose subscription or tenant is not listed still
 * gets its place, under the bare id.
 */
export function buildEstate(
  vms: Readonly<Record<string, VmSummary>>,
  status: Pick<InventoryStatus, 'tenants' | 'subscriptions'>,
): Estate {
  const index = new EstateIndex();
  index.reset(Object.values(vms));
  return index.estate(status);
}
