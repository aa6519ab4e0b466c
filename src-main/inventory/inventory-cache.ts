import { z } from 'zod';
import {
  networkReachSchema,
  subscriptionSchema,
  tenantSchema,
  type VmSummary,
} from '../../shared/inventory.ts';
import { describeError, type Log } from '../log/logger.ts';
import type { SealedFile } from '../profiles/sealed-file.ts';
import { packedMachinesSchema, packMachines, unpackMachines } from './packed-machines.ts';

const keptSchema = z.object({
  version: z.literal(2),
  /** Milliseconds since 1970. */
  savedAtMs: z.number(),
  tenants: z.array(tenantSchema),
  subscriptions: z.array(subscriptionSchema),
  vms: packedMachinesSchema,
  reach: z.array(networkReachSchema),
  /** Ids of machines that are in no list. */
  pinned: z.array(z.string()),
});

/** The inventory as the last run has seen it. */
export type KeptInventory = Omit<Readonly<z.infer<typeof keptSchema>>, 'version' | 'vms'> & {
  readonly vms: readonly VmSummary[];
};

/** The last inventory on disk, so that the next start shows it at once. One that cannot be read is forgotten. */
export class InventoryCache {
  private readonly file: SealedFile;
  private readonly log: Log;

  constructor(file: SealedFile, log: Log) {
    this.file = file;
    this.log = log;
  }

  async load(): Promise<KeptInventory | null> {
    try {
      const text = await this.file.read();
      if (text === null) return null;
      const { version: _version, vms, ...kept } = keptSchema.parse(JSON.parse(text));
      return { ...kept, vms: unpackMachines(vms) };
    } catch (error) {
      this.log.warn('inventory-cache-damaged', { error: describeError(error) });
      await this.clear().catch((failure: unknown) =>
        this.log.warn('inventory-cache-not-removed', { error: describeError(failure) }),
      );
      return null;
    }
  }

  async save(kept: KeptInventory): Promise<void> {
    const saved = await this.file.write(JSON.stringify({ version: 2, ...kept, vms: packMachines(kept.vms) }));
    if (!saved.ok) this.log.warn('inventory-cache-not-saved', { detail: saved.error.detail });
  }

  clear(): Promise<void> {
    return this.file.remove();
  }
}
