import { z } from 'zod';
import type { InventoryStatus, Os, Power, Subscription, Tenant, VmSummary } from '../../shared/inventory.ts';
import { powerSchema, resourceIdSchema } from '../../shared/inventory.ts';
import { userNameSchema } from '../../shared/session.ts';
import type { Log } from '../log/logger.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Arm } from './arm.ts';
import { queryGraph } from './graph-query.ts';
import { idKey } from './resource-id.ts';

const tenantRow = z.object({
  /** Becomes part of the authority's address. */
  tenantId: z.guid(),
  displayName: z.string().optional(),
  defaultDomain: z.string().optional(),
});

const subscriptionRow = z.object({
  subscriptionId: z.string(),
  displayName: z.string(),
  state: z.string(),
});

/** Missing values come as null from the graph. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const vmRow = z.object({
  id: resourceIdSchema,
  name: z.string(),
  resourceGroup: z.string(),
  subscriptionId: z.string(),
  location: text,
  tags: z.record(z.string(), z.string()).nullish(),
  size: text,
  osType: text,
  power: text,
  vmId: text,
  adminUsername: text,
});

const vmQuery = `resources
| where type =~ 'microsoft.compute/virtualmachines'
| project id, name, resourceGroup, subscriptionId, location, tags,
  size = properties.hardwareProfile.vmSize,
  osType = properties.storageProfile.osDisk.osType,
  power = properties.extended.instanceView.powerState.code,
  vmId = properties.vmId,
  adminUsername = properties.osProfile.adminUsername
| order by id asc`;

interface Needs {
  readonly arm: Arm;
  readonly state: StateStore;
  readonly log: Log;
  /** The home of the account, whose token may list all tenants; null when signed out. */
  readonly homeTenant: () => string | null;
  readonly nowMs?: () => number;
}

/** Reads tenants, subscriptions and machines into the state; one tenant that fails leaves the others on screen. */
export class Inventory {
  private readonly needs: Needs;
  private readonly nowMs: () => number;
  private running: Promise<void> | null = null;
  /** Counts up when the account changes, so that late answers of the previous one are dropped. */
  private generation = 0;

  constructor(needs: Needs) {
    this.needs = needs;
    this.nowMs = needs.nowMs ?? Date.now;
  }

  /** Reads everything again; a second call while one runs waits for that one. */
  refresh(): Promise<void> {
    this.running ??= this.readAll(this.generation).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Forgets everything, as after signing out. */
  clear(): void {
    this.generation++;
    this.needs.state.replaceAll('vms', {});
    this.needs.state.replaceAll('details', {});
    this.needs.state.set('inventory', {
      state: 'idle',
      tenants: [],
      subscriptions: [],
      refreshedAtMs: null,
      error: null,
    });
  }

  /** The tenant that issues the tokens for a subscription's resources. */
  tenantOf(subscriptionId: string): string | null {
    const wanted = subscriptionId.toLowerCase();
    const { subscriptions } = this.needs.state.current.inventory;
    return subscriptions.find((each) => each.id.toLowerCase() === wanted)?.tenantId ?? null;
  }

  private async readAll(generation: number): Promise<void> {
    const { arm, state } = this.needs;
    const homeTenant = this.needs.homeTenant();
    if (homeTenant === null) return;
    this.patch({ state: 'loading', error: null });
    const listed = await arm.list(homeTenant, '/tenants', tenantRow);
    if (generation !== this.generation) return;
    if (!listed.ok) {
      this.patch({ state: 'failed', error: listed.error });
      return;
    }
    const known = state.current.inventory.tenants;
    this.patch({
      tenants: listed.value.map((row) => ({
        id: row.tenantId,
        name: row.displayName ?? row.defaultDomain ?? row.tenantId,
        domain: row.defaultDomain ?? '',
        accountId: '',
        state: known.find((tenant) => tenant.id === row.tenantId)?.state === 'ready' ? 'ready' : 'loading',
      })),
    });
    const found: Record<string, VmSummary> = {};
    await Promise.all(listed.value.map((row) => this.readTenant(row.tenantId, generation, found)));
    if (generation !== this.generation) return;
    // Only now is it known which machines are gone; those of a tenant that failed stay.
    const { tenants } = state.current.inventory;
    const failed = new Set(tenants.filter((tenant) => tenant.state === 'failed').map((tenant) => tenant.id));
    const kept = Object.values(state.current.vms).filter((vm) => failed.has(vm.tenantId));
    state.replaceAll('vms', { ...Object.fromEntries(kept.map((vm) => [vm.id, vm])), ...found });
    this.patch({ state: 'ready', refreshedAtMs: this.nowMs() });
  }

  private async readTenant(
    tenantId: string,
    generation: number,
    found: Record<string, VmSummary>,
  ): Promise<void> {
    const { arm, state, log } = this.needs;
    const subscriptions = await arm.list(tenantId, '/subscriptions', subscriptionRow);
    if (generation !== this.generation) return;
    if (!subscriptions.ok) {
      log.warn('inventory-tenant-failed', { tenantId, code: subscriptions.error.code });
      this.patchTenant(tenantId, { state: 'failed', error: subscriptions.error });
      return;
    }
    const mine: Subscription[] = subscriptions.value
      .filter((row) => row.state !== 'Deleted')
      .map((row) => ({ id: row.subscriptionId, name: row.displayName, tenantId }));
    const others = state.current.inventory.subscriptions.filter((each) => each.tenantId !== tenantId);
    // A subscription that is delegated to another tenant is listed by both; it stays where it was seen first.
    const seen = new Set(others.map((each) => each.id));
    this.patch({ subscriptions: [...others, ...mine.filter((each) => !seen.has(each.id))] });
    const machines = await queryGraph(arm, tenantId, vmQuery, vmRow, (rows) => {
      if (generation !== this.generation) return;
      const page = Object.fromEntries(rows.map((row) => [idKey(row.id), toSummary(row, tenantId)]));
      Object.assign(found, page);
      state.upsertAll('vms', page);
    });
    if (generation !== this.generation) return;
    this.patchTenant(tenantId, machines.ok ? { state: 'ready' } : { state: 'failed', error: machines.error });
  }

  private patch(change: Partial<InventoryStatus>): void {
    this.needs.state.set('inventory', { ...this.needs.state.current.inventory, ...change });
  }

  private patchTenant(id: string, change: Pick<Tenant, 'state'> & Partial<Pick<Tenant, 'error'>>): void {
    const tenants = this.needs.state.current.inventory.tenants.map((tenant) => {
      if (tenant.id !== id) return tenant;
      const { id: tenantId, name, domain, accountId } = tenant;
      return { id: tenantId, name, domain, accountId, ...change };
    });
    this.patch({ tenants });
  }
}

function toSummary(row: z.infer<typeof vmRow>, tenantId: string): VmSummary {
  return {
    id: idKey(row.id),
    armId: row.id,
    kind: 'vm',
    name: row.name,
    resourceGroup: row.resourceGroup,
    subscriptionId: row.subscriptionId,
    tenantId,
    location: row.location,
    size: row.size,
    os: toOs(row.osType),
    power: toPower(row.power),
    vmId: row.vmId,
    // It is used as if the user had typed it.
    adminUsername: userNameSchema.safeParse(row.adminUsername).success ? row.adminUsername : '',
    scaleSet: '',
    privateIp: '',
    networkId: '',
    tags: row.tags ?? {},
  };
}

/** `Linux` and `Windows` as ARM writes them. */
export function toOs(osType: string): Os {
  const lower = osType.toLowerCase();
  return lower === 'linux' || lower === 'windows' ? lower : 'unknown';
}

/** `PowerState/running` and its like; anything else is unknown. */
export function toPower(code: string): Power {
  const parsed = powerSchema.safeParse(code.replace(/^PowerState\//i, '').toLowerCase());
  return parsed.success ? parsed.data : 'unknown';
}
