import type { VmDetails } from '../checks/vm-details.ts';
import { drop, type Log } from '../log/logger.ts';
import type { EngineClient } from '../tunnel/engine-client.ts';

interface Needs {
  readonly engine: EngineClient;
  readonly details: VmDetails;
  readonly log: Log;
}

/** Kept connections last a minute; they are asked for again in time. */
const againMs = 30_000;

/** A page that nobody has touched for this long is not about to be used: nothing is kept ready for it. */
const longestMs = 10 * 60_000;

/** Keeps the way to the machine in view ready, as far as that opens no session. */
export class WarmView {
  private readonly needs: Needs;
  private vmId: string | null = null;
  private sinceMs = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** The machine whose page is in view; null: none. */
  show(vmId: string | null): void {
    if (this.vmId === vmId) return;
    this.vmId = vmId;
    this.sinceMs = performance.now();
    this.stop();
    if (vmId === null) this.needs.engine.coolDown();
    else this.warm(vmId);
  }

  dispose(): void {
    this.vmId = null;
    this.stop();
  }

  private stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private warm(vmId: string): void {
    drop(this.needs.log, 'warm-up', this.warmNow(vmId));
    this.timer = setTimeout(() => {
      if (performance.now() - this.sinceMs < longestMs) this.warm(vmId);
      else this.needs.engine.coolDown();
    }, againMs);
    this.timer.unref();
  }

  private async warmNow(vmId: string): Promise<void> {
    const { engine, details } = this.needs;
    const route = await details.route(vmId);
    if (!route.ok || this.vmId !== vmId) return;
    const { endpoint, tenantId, kind } = route.value.end;
    await engine.warmUp({ endpoint, tenantId, kind });
  }
}
