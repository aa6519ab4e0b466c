import type { VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type {
  BastionHost,
  NetworkInterface,
  NetworkSecurityGroup,
  SecurityRule,
  VirtualNetwork,
} from '@azure/arm-network';
import { toOs, toPower } from '../inventory/machine-rows.ts';
import { idKey, networkOfSubnet, shortName } from '../azure/resource-id.ts';
import type { BastionFact, NetworkFact, NicFact, NsgFact, RuleFact, VmFact } from './facts.ts';

/** What a machine or an instance of a scale set says with its instance view, in the words of the checks. */
export function readVm(vm: VirtualMachine | VirtualMachineScaleSetVM): VmFact {
  const statuses = vm.instanceView?.statuses ?? [];
  const power = statuses.find((status) => status.code?.startsWith('PowerState/') === true)?.code ?? '';
  const nics = vm.networkProfile?.networkInterfaces ?? [];
  return {
    armId: vm.id ?? '',
    vmId: vm.vmId ?? '',
    name: vm.name ?? '',
    os: toOs(vm.storageProfile?.osDisk?.osType ?? ''),
    power: toPower(power),
    provisioningState: vm.provisioningState ?? '',
    adminUsername: vm.osProfile?.adminUsername ?? '',
    passwordDisabled: vm.osProfile?.linuxConfiguration?.disablePasswordAuthentication === true,
    osName: osNameOf(vm),
    size: vm.hardwareProfile?.vmSize ?? '',
    location: vm.location,
    nicId: (nics.find((nic) => nic.primary === true) ?? nics[0])?.id ?? null,
  };
}

function osNameOf({ instanceView }: VirtualMachine | VirtualMachineScaleSetVM): string {
  if (instanceView === undefined || !('osName' in instanceView)) return '';
  return [instanceView.osName, instanceView.osVersion].filter(Boolean).join(' ');
}

export function readNic(nic: NetworkInterface): NicFact {
  const configurations = nic.ipConfigurations ?? [];
  const primary = configurations.find((each) => each.primary === true) ?? configurations[0];
  const subnetId = primary?.subnet?.id ?? '';
  return {
    id: nic.id ?? '',
    privateIp: primary?.privateIPAddress ?? '',
    subnetId: idKey(subnetId),
    networkId: networkOfSubnet(subnetId) ?? '',
    nsgId: nic.networkSecurityGroup?.id ?? null,
    applicationGroupIds: (primary?.applicationSecurityGroups ?? []).flatMap((group) =>
      group.id === undefined ? [] : [idKey(group.id)],
    ),
  };
}

export function readNetwork(network: VirtualNetwork): NetworkFact {
  return {
    id: idKey(network.id ?? ''),
    name: network.name ?? '',
    prefixes: network.addressSpace?.addressPrefixes ?? [],
    peerings: (network.virtualNetworkPeerings ?? []).map((peering) => ({
      name: peering.name ?? '',
      remoteId: idKey(peering.remoteVirtualNetwork?.id ?? ''),
      state: peering.peeringState ?? '',
      allowsAccess: peering.allowVirtualNetworkAccess !== false,
      remotePrefixes: peering.remoteAddressSpace?.addressPrefixes ?? [],
    })),
    subnets: (network.subnets ?? []).map((subnet) => ({
      id: idKey(subnet.id ?? ''),
      name: subnet.name ?? '',
      prefixes: merge(subnet.addressPrefix, subnet.addressPrefixes),
      nsgId: subnet.networkSecurityGroup?.id ?? null,
    })),
  };
}

export function readBastion(bastion: BastionHost): BastionFact {
  const subnetId = bastion.ipConfigurations?.[0]?.subnet?.id;
  return {
    armId: bastion.id ?? '',
    name: bastion.name ?? '',
    sku: bastion.sku?.name ?? '',
    provisioningState: bastion.provisioningState ?? '',
    dnsName: bastion.dnsName ?? '',
    isTunnelingEnabled: bastion.enableTunneling === true,
    isIpConnectEnabled: bastion.enableIpConnect === true,
    networkId: idKey((subnetId === undefined ? bastion.virtualNetwork?.id : networkOfSubnet(subnetId)) ?? ''),
    subnetId: subnetId === undefined ? null : idKey(subnetId),
  };
}

export function readNsg(nsg: NetworkSecurityGroup): NsgFact {
  return {
    id: idKey(nsg.id ?? ''),
    name: nsg.name ?? shortName(nsg.id ?? ''),
    rules: [
      ...(nsg.securityRules ?? []).map((rule) => readRule(rule, false)),
      ...(nsg.defaultSecurityRules ?? []).map((rule) => readRule(rule, true)),
    ],
  };
}

function readRule(rule: SecurityRule, isDefault: boolean): RuleFact {
  return {
    name: rule.name ?? '',
    priority: rule.priority ?? 0,
    direction: rule.direction ?? '',
    access: rule.access ?? '',
    protocol: rule.protocol ?? '',
    sources: merge(rule.sourceAddressPrefix, rule.sourceAddressPrefixes),
    sourceGroupIds: (rule.sourceApplicationSecurityGroups ?? []).map((group) => idKey(group.id ?? '')),
    destinations: merge(rule.destinationAddressPrefix, rule.destinationAddressPrefixes),
    destinationGroupIds: (rule.destinationApplicationSecurityGroups ?? []).map((group) =>
      idKey(group.id ?? ''),
    ),
    destinationPorts: merge(rule.destinationPortRange, rule.destinationPortRanges),
    sourcePorts: merge(rule.sourcePortRange, rule.sourcePortRanges),
    isDefault,
  };
}

/** ARM has a singular and a plural field for the same thing; either, both or neither may be set. */
function merge(single: string | null | undefined, several: readonly string[] | null | undefined): string[] {
  return [...(single === null || single === undefined || single === '' ? [] : [single]), ...(several ?? [])];
}
