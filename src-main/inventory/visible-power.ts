import { z } from 'zod';
import type { Power, VmSummary } from '../../shared/inventory.ts';
import { describeError, type Log } from '../log/logger.ts';
import type { GraphReader } from './graph-query.ts';
import { maybeText, toPower } from './machine-rows.ts';

/** How often the machines in view are asked for, and how long after a scroll. */
const everyMs = 30_000;
const afterScrollMs = 2_000;

/** Machines of one query: far below the service's limit for the length of a query. */
export const mostInView = 200;

const powerRow = z.object({ id: z.string(), power: maybeText });

interface Needs {
  readonly graph: GraphReader;
  readonly find: (vmId: string) => VmSummary | undefined;
  readonly show: (powers: ReadonlyMap<string, Power>) => void;
  readonly log: Log;
}

/** Keeps the power states of the machines that are on screen up to date: one query for all of them in a tenant. */
export class VisiblePower {
  private readonly needs: Needs;
  private ids: readonly string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isAsking = false;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** The machines on screen now; none when the window is hidden. */
  watch(vmIds: readonly string[]): void {
    this.ids = vmIds.slice(0, mostInView);
    this.schedule(afterScrollMs);
  }

  dispose(): void {
    this.ids = [];
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(afterMs: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.ids.length === 0) return;
    this.timer = setTimeout(() => void this.ask(), afterMs);
    this.timer.unref();
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const byTenant = new Map<string, string[]>();
    for (const id of this.ids) {
      const vm = this.needs.find(id);
      if (vm?.kind === 'vm') byTenant.set(vm.tenantId, [...(byTenant.get(vm.tenantId) ?? []), vm.armId]);
    }
    for (const [tenantId, armIds] of byTenant) {
      await this.askTenant(tenantId, armIds).catch((error: unknown) =>
        this.needs.log.warn('visible-power', { error: describeError(error) }),
      );
    }
    this.isAsking = false;
    this.schedule(everyMs);
  }

  private async askTenant(tenantId: string, armIds: readonly string[]): Promise<void> {
    const powers = new Map<string, Power>();
    const query = `resources
| where type =~ 'microsoft.compute/virtualmachines' and id in~ (${armIds.map(quote).join(', ')})
| project id, power = properties.extended.instanceView.powerState.code
| order by id asc`;
    const read = await this.needs.graph.query(tenantId, query, powerRow, (rows) => {
      for (const row of rows) powers.set(row.id.toLowerCase(), toPower(row.power));
    });
    if (read.ok) this.needs.show(powers);
  }
}

/** A string of the query language; ids come from Azure, but a quote in one must not end it. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
