import type { Socket } from 'node:net';
import type { TokenSigner } from '../entra/tokens.ts';
import type { ResourceOf } from '../estate/inventory.ts';
import { dataPlaneHost, isKind, podHost } from '../estate/inventory.ts';
import type { Targets } from '../targets/targets.ts';
import type { World } from '../world.ts';
import type { Sessions } from './sessions.ts';

/** What the parts of the data plane share. */
export interface BastionContext {
  readonly world: World;
  readonly signer: TokenSigner;
  readonly sessions: Sessions;
  readonly targets: Targets;
  /** Cuts a TLS connection with a TCP reset. */
  reset(socket: Socket): void;
}

/** Which Bastion a host name belongs to, and which part of it answers there. */
export interface Endpoint {
  readonly bastion: ResourceOf<'bastion'>;
  /** A Developer Bastion has a front door that only says which pod to use. */
  readonly role: 'dedicated' | 'front-door' | 'pod';
}

interface HostIndex {
  readonly revision: number;
  readonly hosts: ReadonlyMap<string, Endpoint>;
}

const indexes = new WeakMap<World, HostIndex>();

/** The Bastion that answers at a host name. */
export function endpointAt(world: World, host: string): Endpoint | undefined {
  let index = indexes.get(world);
  if (!index || index.revision !== world.revision) {
    const hosts = new Map<string, Endpoint>();
    for (const bastion of world.inventory.ofType('Microsoft.Network/bastionHosts')) {
      if (!isKind(bastion, 'bastion')) continue;
      const isDeveloper = bastion.source.bastion.sku === 'Developer';
      hosts.set(dataPlaneHost(bastion).toLowerCase(), {
        bastion,
        role: isDeveloper ? 'front-door' : 'dedicated',
      });
      if (isDeveloper) hosts.set(podHost(bastion).toLowerCase(), { bastion, role: 'pod' });
    }
    index = { revision: world.revision, hosts };
    indexes.set(world, index);
  }
  return index.hosts.get(host.toLowerCase());
}
