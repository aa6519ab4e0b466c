import { z } from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { appError } from '../../shared/errors.ts';
import type { JsonFile } from '../profiles/json-file.ts';
import type { RouteChoice } from './find-routes.ts';

/** By lower-cased ids: the Bastion that the user has chosen for a machine, or for all machines of a network. */
export const routeChoicesSchema = z.object({
  version: z.literal(1),
  byVm: z.record(z.string(), z.string()),
  byNetwork: z.record(z.string(), z.string()),
});
export type RouteChoicesData = z.infer<typeof routeChoicesSchema>;

/** Remembers which Bastion the user wants for a machine or a network. */
export class RouteChoices {
  private readonly file: JsonFile<RouteChoicesData>;
  private data: RouteChoicesData = { version: 1, byVm: {}, byNetwork: {} };

  constructor(file: JsonFile<RouteChoicesData>) {
    this.file = file;
  }

  /** Reads the file; returns where a damaged one was set aside. */
  async load(): Promise<string | null> {
    const loaded = await this.file.load();
    if (loaded.kind === 'value') this.data = loaded.value;
    return loaded.kind === 'damaged' ? loaded.asidePath : null;
  }

  /** The choice for a machine; its own goes before that of its network. */
  of(vmId: string, networkId: string): RouteChoice | null {
    const own = this.data.byVm[vmId];
    if (own !== undefined) return { bastionId: own, scope: 'vm' };
    const shared = this.data.byNetwork[networkId];
    return shared === undefined ? null : { bastionId: shared, scope: 'network' };
  }

  /** Null takes both choices back that hold for the machine. */
  async choose(vmId: string, networkId: string, choice: RouteChoice | null): Promise<Result<null>> {
    if (choice?.scope === 'network' && networkId === '')
      return err(appError('arm-not-found', { detail: 'the network of this machine is not known' }));
    const { [vmId]: _own, ...byVm } = this.data.byVm;
    const { [networkId]: _shared, ...byNetwork } = this.data.byNetwork;
    this.data = {
      version: 1,
      byVm: choice?.scope === 'vm' ? { ...byVm, [vmId]: choice.bastionId } : byVm,
      byNetwork:
        choice?.scope === 'network'
          ? { ...byNetwork, [networkId]: choice.bastionId }
          : choice === null
            ? byNetwork
            : this.data.byNetwork,
    };
    const saved = await this.file.save(this.data);
    return saved.ok ? ok(null) : saved;
  }
}
