import type { NetworkReach } from '../../shared/inventory.ts';
import { isTwoStep, rankBastion } from '../azure/bastion-sku.ts';
import { shortName } from '../azure/resource-id.ts';

/** A virtual network and whom it is peered with. Ids are lower-cased. */
export interface NetworkPlace {
  readonly id: string;
  readonly name: string;
  readonly peerings: readonly { readonly remoteId: string; readonly isOpen: boolean }[];
}

/** A Bastion and the network it stands in. */
export interface BastionPlace {
  readonly id: string;
  readonly armId: string;
  readonly name: string;
  readonly sku: string;
  readonly provisioningState: string;
  /** Lower-cased; empty if it cannot be told. */
  readonly networkId: string;
  readonly isTunnelingEnabled: boolean;
  readonly isIpConnectEnabled: boolean;
}

/**
 * Which Bastions reach each of these networks: their own, and those of networks that are peered with it directly. Both ends
 * of a peering must be open as far as they can be seen; peerings are not transitive.
 */
export function findReach(
  networkIds: Iterable<string>,
  networks: readonly NetworkPlace[],
  bastions: readonly BastionPlace[],
): Record<string, NetworkReach> {
  const networksById = new Map(networks.map((network) => [network.id, network]));
  const bastionsByNetwork = new Map<string, BastionPlace[]>();
  for (const bastion of bastions)
    bastionsByNetwork.set(bastion.networkId, [...(bastionsByNetwork.get(bastion.networkId) ?? []), bastion]);
  const reach: Record<string, NetworkReach> = {};
  for (const id of networkIds) {
    const network = networksById.get(id);
    // A network that cannot be read says nothing; what stands in it may still be known.
    const own = bastionsByNetwork.get(id) ?? [];
    if (network === undefined && own.length === 0) continue;
    const near = own.map((bastion) => ({ bastion, isSameNetwork: true }));
    for (const peering of network?.peerings ?? []) {
      if (!peering.isOpen || !isOpenBack(networksById.get(peering.remoteId), id)) continue;
      for (const bastion of bastionsByNetwork.get(peering.remoteId) ?? [])
        if (!isTwoStep(bastion.sku)) near.push({ bastion, isSameNetwork: false });
    }
    reach[id] = {
      id,
      name: network?.name ?? shortName(id),
      bastions: near
        .toSorted(
          (a, b) =>
            rankBastion(b.bastion, b.isSameNetwork) - rankBastion(a.bastion, a.isSameNetwork) ||
            a.bastion.name.localeCompare(b.bastion.name),
        )
        .map(({ bastion }) => ({ id: bastion.id, name: bastion.name })),
    };
  }
  return reach;
}

/** The other end of a peering; one that cannot be read is taken at the word of this end. */
function isOpenBack(remote: NetworkPlace | undefined, id: string): boolean {
  if (remote === undefined) return true;
  return remote.peerings.some((peering) => peering.remoteId === id && peering.isOpen);
}
