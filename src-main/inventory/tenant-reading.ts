import { z } from 'zod';
import type { AppError } from '../../shared/errors.ts';
import type { Subscription, VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Arm } from '../azure/arm.ts';
import { listByArm } from './arm-lists.ts';
import type { GraphReader } from './graph-query.ts';
import {
  instanceOf,
  instanceQuery,
  instanceRow,
  type InstanceRow,
  machineOf,
  machineQuery,
  machineRow,
  type MachineRow,
  type SharedTexts,
} from './machine-rows.ts';
import { addNetworkRow, emptyNetworkMap, type NetworkMap, networkQuery, networkRow } from './network-rows.ts';

const subscriptionRow = z.object({
  subscriptionId: z.string(),
  displayName: z.string(),
  state: z.string(),
});

/** What a reading tells while it runs. */
export interface TenantNews {
  readonly onSubscriptions: (subscriptions: readonly Subscription[]) => void;
  readonly onMachines: (machines: readonly VmSummary[]) => void;
  readonly onNetworks: (map: NetworkMap) => void;
  /** A subscription of which nothing can be read. */
  readonly onSubscriptionFailed: (subscriptionId: string, error: AppError) => void;
}

interface Needs {
  readonly arm: Arm;
  readonly graph: GraphReader;
  readonly shared: SharedTexts;
}

/**
 * Reads everything of one tenant: three queries of the graph, some pages each, beside each other. Where the graph is not
 * permitted, the lists of the resource manager, subscription by subscription. The error is that of the tenant as a whole.
 */
export async function readTenant(needs: Needs, tenantId: string, news: TenantNews): Promise<Result<null>> {
  const listed = await needs.arm.list(tenantId, '/subscriptions', subscriptionRow);
  if (!listed.ok) return listed;
  const subscriptions = listed.value
    .filter((row) => row.state !== 'Deleted')
    .map((row) => ({ id: row.subscriptionId, name: row.displayName, tenantId }));
  news.onSubscriptions(subscriptions);
  // The graph calls a question about no subscription a fault.
  if (subscriptions.length === 0) return ok(null);
  const read = await readByGraph(needs, tenantId, news);
  if (read.ok || read.error.code !== 'arm-forbidden') return read;
  await listByArm(needs, subscriptions, news);
  return ok(null);
}

async function readByGraph(
  { graph, shared }: Needs,
  tenantId: string,
  news: TenantNews,
): Promise<Result<null>> {
  const map = emptyNetworkMap();
  const instances: InstanceRow[] = [];
  const networks = graph.query(tenantId, networkQuery, networkRow, (rows) => {
    for (const row of rows) addNetworkRow(map, row);
  });
  const machines = graph.query(tenantId, machineQuery, machineRow, (rows) => {
    news.onMachines(onePerMachine(rows).map((row) => machineOf(row, tenantId, shared)));
  });
  const listed = graph.query(tenantId, instanceQuery, instanceRow, (rows) => {
    instances.push(...rows);
  });
  void networks.then((read) => read.ok && news.onNetworks(map));
  const results = await Promise.all([machines, networks, listed]);
  const networkOf = (setId: string) => map.setNetworks.get(setId) ?? '';
  if (instances.length > 0) {
    news.onMachines(instances.map((row) => instanceOf(row, tenantId, networkOf, shared)));
  }
  const failed = results.find((result) => !result.ok);
  return failed === undefined ? ok(null) : err(failed.error);
}

/** Machines with several network interfaces come once for each of them: the primary one counts. */
export function onePerMachine(rows: readonly MachineRow[]): readonly MachineRow[] {
  const byId = new Map<string, MachineRow>();
  for (const row of rows) {
    const id = row.id.toLowerCase();
    if (!byId.has(id) || row.isPrimaryNic === true) byId.set(id, row);
  }
  return [...byId.values()];
}
