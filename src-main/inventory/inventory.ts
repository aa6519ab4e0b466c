import { z } from 'zod';
import type { AppError } from '../../shared/errors.ts';
import type { InventoryStatus, Power, Subscription, Tenant, VmSummary } from '../../shared/inventory.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Arm } from '../azure/arm.ts';
import { drop, type Log } from '../log/logger.ts';
import type { StateStore } from '../state/state-store.ts';
import type { GraphReader } from './graph-query.ts';
import { inTurns } from './in-turns.ts';
import type { InventoryCache, KeptInventory } from './inventory-cache.ts';
import { SharedTexts } from './machine-rows.ts';
import { addNetworkRow, emptyNetworkMap, type NetworkMap, networkQuery, networkRow } from './network-rows.ts';
import { PowerNotes } from './power-notes.ts';
import { type BastionPlace, findReach } from './reach.ts';
import { sameMachine } from './same-machine.ts';
import { readTenant } from './tenant-reading.ts';

const tenantRow = z.object({
  /** Becomes part of the authority's address. */
  tenantId: z.guid(),
  displayName: z.string().optional(),
  defaultDomain: z.string().optional(),
});

/** Machines of the last run that are told to the window in one message. */
const machinesAtOnce = 1_000;

/** Tenants that are read at the same time. */
const mostTenantsAtOnce = 6;

/** Who is signed in, as far as the inventory needs to know. */
export interface AccountSource {
  readonly list: () => readonly { readonly id: string; readonly homeTenantId: string }[];
  /** An account may see a tenant: one of those that may serves it. */
  readonly offer: (tenantId: string, accountId: string) => void;
  readonly serving: (tenantId: string) => string | null;
}

interface Needs {
  readonly arm: Arm;
  readonly graph: GraphReader;
  readonly state: StateStore;
  readonly accounts: AccountSource;
  readonly cache: InventoryCache;
  readonly log: Log;
  readonly nowMs?: () => number;
}

/**
 * Keeps tenants, subscriptions, machines and their networks in the state: the last inventory at once, then what Azure says.
 * A tenant or subscription that fails leaves the others, and what was known of it, on screen.
 */
export class Inventory {
  private readonly needs: Needs;
  private readonly nowMs: () => number;
  private readonly powers: PowerNotes;
  private readonly maps = new Map<string, NetworkMap>();
  /** Machines that were found by their id. */
  private readonly pinned = new Set<string>();
  private shared = new SharedTexts();
  private running: Promise<void> | null = null;
  private isAskedAgain = false;
  private keeping: Promise<void> = Promise.resolve();
  private restoring: Promise<void> = Promise.resolve();
  /** Counts up when the accounts change, so that late answers of an earlier one are dropped. */
  private generation = 0;

  constructor(needs: Needs) {
    this.needs = needs;
    this.nowMs = needs.nowMs ?? Date.now;
    this.powers = new PowerNotes(this.nowMs);
  }

  /** Puts the inventory of the last run on screen, as far as its accounts are still signed in. */
  restore(): Promise<void> {
    this.restoring = this.showKept();
    return this.restoring;
  }

  private async showKept(): Promise<void> {
    const kept = await this.needs.cache.load();
    if (kept === null) return;
    const accountIds = new Set(this.needs.accounts.list().map((account) => account.id));
    const mine = onlyOf(kept, accountIds);
    for (const tenant of mine.tenants) this.needs.accounts.offer(tenant.id, tenant.accountId);
    const { state } = this.needs;
    if (mine.tenants.length === 0 || state.current.inventory.refreshedAtMs !== null) return;
    for (const id of mine.pinned) this.pinned.add(id);
    this.patch({
      tenants: mine.tenants,
      subscriptions: mine.subscriptions,
      refreshedAtMs: kept.savedAtMs,
    });
    state.upsertAll('reach', Object.fromEntries(mine.reach.map((each) => [each.id, each])));
    const generation = this.generation;
    for (let first = 0; first < mine.vms.length; first += machinesAtOnce) {
      const slice = mine.vms.slice(first, first + machinesAtOnce);
      state.upsertAll('vms', Object.fromEntries(slice.map((vm) => [vm.id, vm])));
      // Told in pieces: one message with all of them costs the window twice their memory.
      await state.sent();
      if (generation !== this.generation) return;
    }
  }

  /** Reads everything again. A call while a reading runs waits for that one, or for a new one if accounts have changed. */
  async refresh(): Promise<void> {
    await this.restoring; // or it would write old machines over new ones
    if (this.running !== null) {
      await this.running;
      return;
    }
    do {
      this.isAskedAgain = false;
      this.running = this.readAll(this.generation);
      await this.running.finally(() => {
        this.running = null;
      });
    } while (this.isAskedAgain);
  }

  /**
   * Somebody has signed in or out: what only those who are gone could see is forgotten, the rest is read again. Resolves when
   * it is forgotten.
   */
  async accountsChanged(): Promise<void> {
    this.generation++;
    const accountIds = new Set(this.needs.accounts.list().map((account) => account.id));
    const { inventory, vms } = this.needs.state.current;
    const gone = new Set(
      inventory.tenants.filter((tenant) => !accountIds.has(tenant.accountId)).map((tenant) => tenant.id),
    );
    for (const tenantId of gone) this.maps.delete(tenantId);
    const lost = Object.values(vms).filter((vm) => vm.kind !== 'host' && gone.has(vm.tenantId));
    for (const vm of lost) this.pinned.delete(vm.id);
    this.needs.state.remove('vms', idsOf(lost));
    this.needs.state.remove('details', idsOf(lost));
    this.patch({
      tenants: inventory.tenants.filter((tenant) => !gone.has(tenant.id)),
      subscriptions: inventory.subscriptions.filter((each) => !gone.has(each.tenantId)),
    });
    if (accountIds.size === 0) await this.clear();
    else {
      this.publishReach();
      // At once: what follows may fail, and nothing of an account that is gone is to stay on the disk.
      await this.keep();
      this.isAskedAgain = true;
      drop(this.needs.log, 'inventory', this.refresh());
    }
  }

  /** The tenant that issues the tokens for a subscription's resources. */
  tenantOf(subscriptionId: string): string | null {
    const wanted = subscriptionId.toLowerCase();
    const { subscriptions } = this.needs.state.current.inventory;
    return subscriptions.find((each) => each.id.toLowerCase() === wanted)?.tenantId ?? null;
  }

  /** The Bastions of a tenant, as last read; asked for if they were not read yet. */
  async listBastions(tenantId: string): Promise<Result<readonly BastionPlace[]>> {
    const known = this.maps.get(tenantId);
    if (known !== undefined) return ok(known.bastions);
    const map = emptyNetworkMap();
    const read = await this.needs.graph.query(tenantId, networkQuery, networkRow, (rows) => {
      for (const row of rows) addNetworkRow(map, row);
    });
    return read.ok ? ok(map.bastions) : read;
  }

  /** A machine that is in no list, but can be read: it stays in the tree until the accounts change. */
  pin(vm: VmSummary): void {
    if (this.needs.accounts.serving(vm.tenantId) === null) return; // signed out meanwhile
    this.pinned.add(vm.id);
    this.needs.state.upsert('vms', vm.id, vm);
    drop(this.needs.log, 'inventory cache', this.keep());
  }

  /** Every Bastion that is known, of all tenants. */
  get bastions(): readonly BastionPlace[] {
    return [...this.maps.values()].flatMap((map) => map.bastions);
  }

  /** A power state read from the machine itself, which the graph will show only later. */
  notePower(vmId: string, power: Power): void {
    this.powers.note(vmId, power);
    this.needs.state.update('vms', vmId, (vm) => (vm.power === power ? vm : { ...vm, power }));
  }

  /** Power states that the graph gave for some machines. */
  showPowers(powers: ReadonlyMap<string, Power>): void {
    const { vms } = this.needs.state.current;
    const changed: Record<string, VmSummary> = {};
    for (const [id, graph] of powers) {
      const vm = vms[id];
      const power = this.powers.judge(id, graph);
      if (vm !== undefined && vm.power !== power) changed[id] = { ...vm, power };
    }
    if (Object.keys(changed).length > 0) this.needs.state.upsertAll('vms', changed);
  }

  /** Ends what can be ended; what is being written is waited for. */
  async dispose(): Promise<void> {
    this.generation++;
    await this.keeping;
  }

  /** Removes what lies on the disk. */
  forgetKept(): Promise<void> {
    return this.needs.cache.clear();
  }

  private clear(): Promise<void> {
    this.maps.clear();
    this.powers.clear();
    this.pinned.clear();
    this.shared = new SharedTexts();
    const { state } = this.needs;
    state.replaceAll('vms', {});
    state.replaceAll('reach', {});
    state.replaceAll('details', {});
    state.set('inventory', {
      state: 'idle',
      tenants: [],
      subscriptions: [],
      refreshedAtMs: null,
      error: null,
    });
    return this.forgetKept();
  }

  private async readAll(generation: number): Promise<void> {
    const accounts = this.needs.accounts.list();
    if (accounts.length === 0) return;
    this.patch({ state: 'loading', error: null });
    const failure = await this.listTenants(accounts, generation);
    if (generation !== this.generation) return;
    const { tenants } = this.needs.state.current.inventory;
    if (failure !== null && tenants.length === 0) {
      this.patch({ state: 'failed', error: failure });
      return;
    }
    const found = new Set<string>();
    await inTurns(tenants, mostTenantsAtOnce, (tenant) => this.readOne(tenant.id, generation, found));
    if (generation !== this.generation) return;
    this.dropGone(found);
    this.publishReach();
    this.patch({
      state: failure === null ? 'ready' : 'failed',
      error: failure,
      refreshedAtMs: this.nowMs(),
    });
    // Not waited for: who asks again in the meantime gets a new reading.
    drop(this.needs.log, 'inventory cache', this.keep());
  }

  /** Which tenants the accounts see. Gives the failure of an account; the tenants of the others are there. */
  private async listTenants(
    accounts: readonly { readonly id: string; readonly homeTenantId: string }[],
    generation: number,
  ): Promise<AppError | null> {
    const before = this.needs.state.current.inventory.tenants;
    const seen = new Map<string, Tenant>();
    let failure: AppError | null = null;
    const lists = await Promise.all(
      accounts.map((account) => this.needs.arm.list(account.homeTenantId, '/tenants', tenantRow, account.id)),
    );
    if (generation !== this.generation) return null;
    for (const [index, listed] of lists.entries()) {
      const accountId = accounts[index]?.id ?? '';
      if (!listed.ok) {
        failure = listed.error;
        for (const tenant of before.filter((each) => each.accountId === accountId))
          seen.set(tenant.id, tenant);
        continue;
      }
      for (const row of listed.value) {
        this.needs.accounts.offer(row.tenantId, accountId);
        const known = before.find((tenant) => tenant.id === row.tenantId);
        seen.set(row.tenantId, {
          id: row.tenantId,
          name: row.displayName ?? row.defaultDomain ?? row.tenantId,
          domain: row.defaultDomain ?? '',
          accountId: this.needs.accounts.serving(row.tenantId) ?? accountId,
          state: known === undefined || known.state === 'failed' ? 'loading' : known.state,
        });
      }
    }
    this.patch({ tenants: [...seen.values()] });
    return failure;
  }

  private async readOne(tenantId: string, generation: number, found: Set<string>): Promise<void> {
    const isStale = () => generation !== this.generation;
    const refused = new Map<string, AppError>();
    const result = await readTenant({ ...this.needs, shared: this.shared }, tenantId, {
      onSubscriptions: (subscriptions) => {
        if (!isStale()) this.showSubscriptions(tenantId, subscriptions);
      },
      onMachines: (machines) => {
        if (isStale()) return;
        for (const vm of machines) found.add(vm.id);
        this.showMachines(machines);
      },
      onNetworks: (map) => {
        if (isStale()) return;
        this.maps.set(tenantId, map);
        this.publishReach();
      },
      onSubscriptionFailed: (subscriptionId, error) => refused.set(subscriptionId, error),
    });
    if (isStale()) return;
    this.patch({
      subscriptions: this.needs.state.current.inventory.subscriptions.map((each) => {
        if (each.tenantId !== tenantId) return each;
        const { error: _before, ...rest } = each;
        const error = refused.get(each.id);
        return error === undefined ? rest : { ...rest, error };
      }),
    });
    if (!result.ok) this.needs.log.warn('inventory-tenant-failed', { tenantId, code: result.error.code });
    this.patchTenant(
      tenantId,
      result.ok
        ? { state: refused.size === 0 ? 'ready' : 'partial' }
        : { state: 'failed', error: result.error },
    );
  }

  private showSubscriptions(tenantId: string, mine: readonly Subscription[]): void {
    const { subscriptions, tenants } = this.needs.state.current.inventory;
    const listed = new Set(tenants.map((tenant) => tenant.id));
    const others = subscriptions.filter((each) => each.tenantId !== tenantId && listed.has(each.tenantId));
    // A subscription that is delegated to another tenant is listed by both; it stays where it was seen first.
    const seen = new Set(others.map((each) => each.id));
    this.patch({ subscriptions: [...others, ...mine.filter((each) => !seen.has(each.id))] });
  }

  /** Only what has changed is told. */
  private showMachines(machines: readonly VmSummary[]): void {
    const { vms } = this.needs.state.current;
    const changed: Record<string, VmSummary> = {};
    for (const read of machines) {
      const before = vms[read.id];
      const power = this.powers.judge(read.id, read.power);
      // An instance's address is not in any list: it is known once its page was open.
      const privateIp = read.privateIp === '' ? (before?.privateIp ?? '') : read.privateIp;
      const vm = { ...read, power, privateIp };
      if (before === undefined || !sameMachine(before, vm)) changed[vm.id] = vm;
    }
    if (Object.keys(changed).length > 0) this.needs.state.upsertAll('vms', changed);
  }

  /** Only after a whole reading is it known which machines are gone; those of what failed stay. */
  private dropGone(found: ReadonlySet<string>): void {
    const { inventory, vms } = this.needs.state.current;
    const failed = new Set(
      inventory.tenants.filter((tenant) => tenant.state === 'failed').map((tenant) => tenant.id),
    );
    const refused = new Set(
      inventory.subscriptions.filter((each) => each.error !== undefined).map((each) => each.id),
    );
    const gone = Object.values(vms).filter(
      (vm) =>
        vm.kind !== 'host' &&
        !found.has(vm.id) &&
        !this.pinned.has(vm.id) &&
        !failed.has(vm.tenantId) &&
        !refused.has(vm.subscriptionId),
    );
    this.needs.state.remove('vms', idsOf(gone));
  }

  private publishReach(): void {
    const maps = [...this.maps.values()];
    const networks = maps.flatMap((map) => map.networks);
    const inUse = new Set(Object.values(this.needs.state.current.vms).map((vm) => vm.networkId));
    inUse.delete('');
    const known = [...inUse, ...networks.map((network) => network.id)];
    this.needs.state.replaceAll('reach', findReach(known, networks, this.bastions));
  }

  private keep(): Promise<void> {
    const { inventory, vms, reach } = this.needs.state.current;
    this.keeping = this.needs.cache.save({
      savedAtMs: this.nowMs(),
      tenants: inventory.tenants.map((tenant) => ({ ...tenant })),
      subscriptions: [...inventory.subscriptions],
      vms: Object.values(vms).filter((vm) => vm.kind !== 'host'),
      reach: Object.values(reach),
      pinned: [...this.pinned],
    });
    return this.keeping;
  }

  private patch(change: Partial<InventoryStatus>): void {
    this.needs.state.set('inventory', { ...this.needs.state.current.inventory, ...change });
  }

  private patchTenant(id: string, change: Pick<Tenant, 'state'> & Partial<Pick<Tenant, 'error'>>): void {
    const tenants = this.needs.state.current.inventory.tenants.map((tenant) => {
      if (tenant.id !== id) return tenant;
      const { error: _before, ...rest } = tenant;
      return { ...rest, ...change };
    });
    this.patch({ tenants });
  }
}

function idsOf(machines: readonly VmSummary[]): string[] {
  return machines.map((vm) => vm.id);
}

/** The part of a kept inventory that these accounts have seen. */
function onlyOf(kept: KeptInventory, accountIds: ReadonlySet<string>): KeptInventory {
  const tenants = kept.tenants.filter((tenant) => accountIds.has(tenant.accountId));
  const ids = new Set(tenants.map((tenant) => tenant.id));
  const vms = kept.vms.filter((vm) => ids.has(vm.tenantId));
  const machines = new Set(vms.map((vm) => vm.id));
  const networks = new Set(vms.map((vm) => vm.networkId));
  return {
    ...kept,
    tenants,
    subscriptions: kept.subscriptions.filter((each) => ids.has(each.tenantId)),
    vms,
    pinned: kept.pinned.filter((id) => machines.has(id)),
    reach: kept.reach.filter((each) => networks.has(each.id)),
  };
}
