import { z } from 'zod';
import { resourceIdSchema } from '../../shared/inventory.ts';
import { idKey, networkOfSubnet } from '../azure/resource-id.ts';
import { maybeText } from './machine-rows.ts';
import type { BastionPlace, NetworkPlace } from './reach.ts';

const peeringRow = z.object({
  properties: z.object({
    peeringState: maybeText,
    allowVirtualNetworkAccess: z.boolean().nullish(),
    remoteVirtualNetwork: z.object({ id: maybeText }).nullish(),
  }),
});

/** A virtual network, a Bastion or a scale set. */
export const networkRow = z.object({
  id: resourceIdSchema,
  name: z.string(),
  type: z.string(),
  sku: maybeText,
  provisioningState: maybeText,
  peerings: z.array(peeringRow).nullish(),
  bastionSubnetId: maybeText,
  developerNetworkId: maybeText,
  tunneling: z.boolean().nullish(),
  ipConnect: z.boolean().nullish(),
  setSubnetId: maybeText,
});
type NetworkRow = Readonly<z.infer<typeof networkRow>>;

export const networkQuery = `resources
| where type in~ ('microsoft.network/virtualnetworks', 'microsoft.network/bastionhosts', 'microsoft.compute/virtualmachinescalesets')
| project id, name, type, sku = sku.name,
  provisioningState = properties.provisioningState,
  peerings = properties.virtualNetworkPeerings,
  bastionSubnetId = properties.ipConfigurations[0].properties.subnet.id,
  developerNetworkId = properties.virtualNetwork.id,
  tunneling = tobool(properties.enableTunneling),
  ipConnect = tobool(properties.enableIpConnect),
  setSubnetId = properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties.subnet.id
| order by id asc`;

/** What a tenant's networks look like to those who connect. Ids are lower-cased. */
export interface NetworkMap {
  readonly networks: NetworkPlace[];
  readonly bastions: BastionPlace[];
  /** Network of each uniform scale set. */
  readonly setNetworks: Map<string, string>;
}

export function emptyNetworkMap(): NetworkMap {
  return { networks: [], bastions: [], setNetworks: new Map() };
}

/** Sorts a row into the map. */
export function addNetworkRow(map: NetworkMap, row: NetworkRow): void {
  const id = idKey(row.id);
  switch (row.type.toLowerCase()) {
    case 'microsoft.network/virtualnetworks':
      map.networks.push({
        id,
        name: row.name,
        peerings: (row.peerings ?? []).map(({ properties }) => ({
          remoteId: idKey(properties.remoteVirtualNetwork?.id ?? ''),
          isOpen: properties.peeringState === 'Connected' && properties.allowVirtualNetworkAccess !== false,
        })),
      });
      return;
    case 'microsoft.network/bastionhosts':
      map.bastions.push({
        id,
        armId: row.id,
        name: row.name,
        sku: row.sku,
        provisioningState: row.provisioningState,
        networkId: networkOfSubnet(row.bastionSubnetId) ?? idKey(row.developerNetworkId),
        isTunnelingEnabled: row.tunneling === true,
        isIpConnectEnabled: row.ipConnect === true,
      });
      return;
    default:
      map.setNetworks.set(id, networkOfSubnet(row.setSubnetId) ?? '');
  }
}
