import { createHash } from 'node:crypto';
import { guidFrom, resolveReference, respell } from './ids.ts';
import type { Resource, ResourceOf } from './inventory.ts';
import { dataPlaneHost, networkOfBastion, subnetOfMachine } from './inventory.ts';
import type { EstateNetwork, EstateSecurityRule } from './schema.ts';
import type { Switches } from './switches.ts';
import type { Json } from './wire-compute.ts';

const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

function head(resource: Resource, etagOf: unknown): Json {
  return {
    name: resource.name,
    id: resource.id,
    etag: `W/"${guidFrom(createHash('sha1').update(JSON.stringify(etagOf)).digest('hex'))}"`,
    type: resource.type,
    location: resource.location,
    ...(Object.keys(resource.tags).length > 0 ? { tags: resource.tags } : {}),
  };
}

const place = (resource: Resource) => ({
  subscriptionId: resource.subscription.id,
  resourceGroup: resource.group.name,
});

/** The id of a security group that an estate refers to from `resource`. */
export function securityGroupId(text: string, resource: Resource): string {
  return resolveReference(text, 'Microsoft.Network/networkSecurityGroups', place(resource));
}

/** The id of the other end of a peering. */
export function peeringRemote(remote: string, resource: Resource): string {
  return resolveReference(remote, 'Microsoft.Network/virtualNetworks', place(resource));
}

/** A Bastion. Flags that are false may be left out, as in answers for older resources. */
export function wireBastion(resource: ResourceOf<'bastion'>, switches: Switches): Json {
  const { bastion } = resource.source;
  const network = networkOfBastion(resource);
  const networkSpelt = switches.armIdCasing === 'mixed' ? respell(network) : network;
  const configuration = `${resource.id}/bastionHostIpConfigurations/IpConf`;
  const flags: Record<string, boolean> = {
    disableCopyPaste: bastion.disableCopyPaste,
    enableFileCopy: bastion.enableFileCopy,
    enableIpConnect: bastion.enableIpConnect,
    enableShareableLink: bastion.enableShareableLink,
    enableTunneling: bastion.sku === 'Basic' || bastion.sku === 'Developer' ? false : bastion.enableTunneling,
    enableKerberos: bastion.enableKerberos,
    enableSessionRecording: bastion.enableSessionRecording,
    enablePrivateOnlyBastion: bastion.enablePrivateOnlyBastion,
  };
  return {
    ...head(resource, bastion),
    sku: { name: bastion.sku },
    properties: {
      provisioningState: bastion.provisioningState,
      dnsName: dataPlaneHost(resource),
      scaleUnits: bastion.scaleUnits,
      ...Object.fromEntries(Object.entries(flags).filter(([, on]) => on || !switches.armAbsentFalse)),
      ...(bastion.sku === 'Developer'
        ? { virtualNetwork: { id: networkSpelt }, networkAcls: { ipRules: [] }, ipConfigurations: [] }
        : {
            ipConfigurations: [
              {
                name: 'IpConf',
                id: configuration,
                etag: `W/"${guidFrom(configuration)}"`,
                type: 'Microsoft.Network/bastionHosts/bastionHostIpConfigurations',
                properties: {
                  provisioningState: 'Succeeded',
                  privateIPAllocationMethod: 'Dynamic',
                  subnet: { id: `${networkSpelt}/subnets/AzureBastionSubnet` },
                  ...(bastion.enablePrivateOnlyBastion
                    ? {}
                    : { publicIPAddress: { id: publicIpId(resource) } }),
                },
              },
            ],
          }),
    },
  };
}

function publicIpId(resource: Resource): string {
  return resource.id
    .replace(/\/bastionHosts\//i, '/publicIPAddresses/')
    .replace(/$/, resource.source.kind === 'bastion' ? '-pip' : '');
}

/** The public address of a Bastion. */
export function wirePublicIp(resource: ResourceOf<'publicIp'>): Json {
  return {
    ...head(resource, resource.id),
    sku: { name: 'Standard', tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      // A documentation address: nothing of an estate is ever reachable from outside.
      ipAddress: `203.0.113.${(createHash('sha1').update(resource.id).digest()[0] ?? 0) % 254 || 1}`,
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Static',
      idleTimeoutInMinutes: 4,
    },
  };
}

/** A network interface. */
export function wireNic(resource: ResourceOf<'nic'>): Json {
  const { vm } = resource.source;
  const configuration = `${resource.id}/ipConfigurations/ipconfig1`;
  return {
    ...head(resource, vm.privateIp),
    properties: {
      provisioningState: 'Succeeded',
      primary: true,
      enableAcceleratedNetworking: false,
      enableIPForwarding: false,
      macAddress: '00-0D-3A-4B-5C-6D',
      virtualMachine: {
        id: resource.id.replace(
          /\/providers\/.*$/,
          `/providers/Microsoft.Compute/virtualMachines/${vm.name}`,
        ),
      },
      ...(vm.securityGroup === undefined
        ? {}
        : { networkSecurityGroup: { id: securityGroupId(vm.securityGroup, resource) } }),
      ipConfigurations: [
        {
          name: 'ipconfig1',
          id: configuration,
          type: 'Microsoft.Network/networkInterfaces/ipConfigurations',
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: vm.privateIp,
            privateIPAllocationMethod: 'Dynamic',
            privateIPAddressVersion: 'IPv4',
            subnet: { id: subnetOfMachine(resource) },
            primary: true,
          },
        },
      ],
    },
  };
}

function wireSubnet(resource: Resource, subnet: EstateNetwork['subnets'][number]): Json {
  return {
    name: subnet.name,
    id: `${resource.id}/subnets/${subnet.name}`,
    type: 'Microsoft.Network/virtualNetworks/subnets',
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: subnet.prefix,
      privateEndpointNetworkPolicies: 'Disabled',
      delegations: [],
      ...(subnet.securityGroup === undefined
        ? {}
        : { networkSecurityGroup: { id: securityGroupId(subnet.securityGroup, resource) } }),
    },
  };
}

function wirePeering(resource: Resource, peering: EstateNetwork['peerings'][number]): Json {
  return {
    name: peering.name,
    id: `${resource.id}/virtualNetworkPeerings/${peering.name}`,
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    properties: {
      provisioningState: 'Succeeded',
      peeringState: peering.state,
      peeringSyncLevel: peering.state === 'Connected' ? 'FullyInSync' : 'RemoteNotInSync',
      remoteVirtualNetwork: { id: peeringRemote(peering.remote, resource) },
      allowVirtualNetworkAccess: peering.allowVirtualNetworkAccess,
      allowForwardedTraffic: false,
      allowGatewayTransit: false,
      useRemoteGateways: false,
      doNotVerifyRemoteGateways: false,
    },
  };
}

/** The subnets of a virtual network. */
export function wireSubnets(resource: ResourceOf<'network'>): Json[] {
  return resource.source.network.subnets.map((subnet) => wireSubnet(resource, subnet));
}

/** The peerings of a virtual network. */
export function wirePeerings(resource: ResourceOf<'network'>): Json[] {
  return resource.source.network.peerings.map((peering) => wirePeering(resource, peering));
}

/** A virtual network with its subnets and peerings. */
export function wireNetwork(resource: ResourceOf<'network'>): Json {
  const { network } = resource.source;
  return {
    ...head(resource, network),
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: guidFrom(`network ${resource.id.toLowerCase()}`),
      addressSpace: { addressPrefixes: network.prefixes },
      subnets: wireSubnets(resource),
      virtualNetworkPeerings: wirePeerings(resource),
      enableDdosProtection: false,
    },
  };
}

/** The rules that every security group ends with. */
export const defaultRules: readonly EstateSecurityRule[] = [
  ['AllowVnetInBound', 65000, 'Inbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'],
  ['AllowAzureLoadBalancerInBound', 65001, 'Inbound', 'Allow', 'AzureLoadBalancer', '*'],
  ['DenyAllInBound', 65500, 'Inbound', 'Deny', '*', '*'],
  ['AllowVnetOutBound', 65000, 'Outbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'],
  ['AllowInternetOutBound', 65001, 'Outbound', 'Allow', '*', 'Internet'],
  ['DenyAllOutBound', 65500, 'Outbound', 'Deny', '*', '*'],
].map(
  ([name, priority, direction, access, source, destination]) =>
    ({
      name,
      priority,
      direction,
      access,
      protocol: '*',
      source,
      sourcePorts: '*',
      destination,
      ports: '*',
    }) as EstateSecurityRule,
);

/** One security rule. A single value and a list have different names on the wire, and the unused one is empty. */
export function wireRule(groupId: string, rule: EstateSecurityRule, builtIn = false): Json {
  const pair = (single: string, plural: string, value: string | readonly string[]): Json => {
    const list = listOf(value);
    return list.length === 1 ? { [single]: list[0], [plural]: [] } : { [plural]: list };
  };
  const kind = builtIn ? 'defaultSecurityRules' : 'securityRules';
  return {
    name: rule.name,
    id: `${groupId}/${kind}/${rule.name}`,
    type: `Microsoft.Network/networkSecurityGroups/${kind}`,
    properties: {
      provisioningState: 'Succeeded',
      protocol: rule.protocol,
      access: rule.access,
      priority: rule.priority,
      direction: rule.direction,
      ...pair('sourceAddressPrefix', 'sourceAddressPrefixes', rule.source),
      ...pair('sourcePortRange', 'sourcePortRanges', rule.sourcePorts),
      ...pair('destinationAddressPrefix', 'destinationAddressPrefixes', rule.destination),
      ...pair('destinationPortRange', 'destinationPortRanges', rule.ports),
    },
  };
}

/** A security group. */
export function wireSecurityGroup(resource: ResourceOf<'securityGroup'>): Json {
  const { securityGroup } = resource.source;
  return {
    ...head(resource, securityGroup),
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: guidFrom(`nsg ${resource.id.toLowerCase()}`),
      securityRules: securityGroup.rules.map((rule) => wireRule(resource.id, rule)),
      defaultSecurityRules: defaultRules.map((rule) => wireRule(resource.id, rule, true)),
    },
  };
}
