import type { VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { Subscription, VmSummary } from '../../shared/inventory.ts';
import type { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { idKey, networkOfSubnet, parseResourceId } from '../azure/resource-id.ts';
import type { BastionFact } from '../checks/facts.ts';
import { readBastion, readNetwork, readNic } from '../checks/read-facts.ts';
import { inTurns } from './in-turns.ts';
import { instanceOf, machineOf, type SharedTexts } from './machine-rows.ts';
import { emptyNetworkMap, type NetworkMap } from './network-rows.ts';
import type { BastionPlace } from './reach.ts';
import type { TenantNews } from './tenant-reading.ts';

interface Needs {
  readonly arm: Arm;
  readonly shared: SharedTexts;
}

/** Subscriptions that are read at the same time: each costs six lists, some with many pages. */
const mostAtOnce = 4;

/** Reads machines and networks by the lists of the resource manager. A subscription that refuses leaves the others. */
export async function listByArm(
  needs: Needs,
  subscriptions: readonly Subscription[],
  news: TenantNews,
): Promise<void> {
  const map = emptyNetworkMap();
  await inTurns(subscriptions, mostAtOnce, async (subscription) => {
    try {
      await listSubscription(needs, subscription, map, news);
    } catch (error) {
      news.onSubscriptionFailed(subscription.id, toArmError(error));
    }
  });
  news.onNetworks(map);
}

/** Machines are what counts: networks that may not be listed leave them without an address. */
async function listSubscription(
  { arm, shared }: Needs,
  { id, tenantId }: Subscription,
  map: NetworkMap,
  news: TenantNews,
): Promise<void> {
  const compute = await arm.compute(tenantId, id);
  const [machines, powers, nics] = await Promise.all([
    collect(compute.virtualMachines.listAll()),
    // The same list again with the states of all machines, which is one call a page and not one a machine.
    permitted(collect(compute.virtualMachines.listAll({ statusOnly: 'true' }))),
    listNetworks({ arm, shared }, id, tenantId, map),
  ]);
  const powerOf = new Map(powers.map((vm) => [idKey(vm.id ?? ''), powerIn(vm)]));
  news.onMachines(
    machines.map((vm) => {
      const nic = (vm.networkProfile?.networkInterfaces ?? []).find((each) => each.primary !== false)?.id;
      const place = nics.get(idKey(nic ?? ''));
      return machineOf(
        {
          ...commonRow(vm, id),
          power: powerOf.get(idKey(vm.id ?? '')) ?? '',
          size: vm.hardwareProfile?.vmSize ?? '',
          scaleSetId: vm.virtualMachineScaleSet?.id ?? '',
          isPrimaryNic: true,
          privateIp: place?.privateIp ?? '',
          subnetId: place?.subnetId ?? '',
        },
        tenantId,
        shared,
      );
    }),
  );
  news.onMachines(await listInstances({ arm, shared }, id, tenantId, map));
}

/** Fills the map; gives the network interfaces by id. What may not be listed is left out. */
async function listNetworks({ arm }: Needs, subscriptionId: string, tenantId: string, map: NetworkMap) {
  const client = await arm.network(tenantId, subscriptionId);
  const [networks, bastions, nics] = await Promise.all([
    permitted(collect(client.virtualNetworks.listAll())),
    permitted(collect(client.bastionHosts.list())),
    permitted(collect(client.networkInterfaces.listAll())),
  ]);
  for (const network of networks.map(readNetwork)) {
    map.networks.push({
      id: network.id,
      name: network.name,
      peerings: network.peerings.map((peering) => ({
        remoteId: peering.remoteId,
        isOpen: peering.state === 'Connected' && peering.allowsAccess,
      })),
    });
  }
  for (const bastion of bastions) map.bastions.push(placeOf(readBastion(bastion)));
  return new Map(nics.map((nic) => [idKey(nic.id ?? ''), readNic(nic)]));
}

async function listInstances(
  { arm, shared }: Needs,
  subscriptionId: string,
  tenantId: string,
  map: NetworkMap,
): Promise<VmSummary[]> {
  const compute = await arm.compute(tenantId, subscriptionId);
  const sets = await collect(compute.virtualMachineScaleSets.listAll());
  const uniform = sets.filter((set) => set.orchestrationMode !== 'Flexible');
  const found: VmSummary[] = [];
  await inTurns(uniform, mostAtOnce, async (set) => {
    const name = parseResourceId(set.id ?? '');
    if (name === null) return;
    const profile = set.virtualMachineProfile?.networkProfile?.networkInterfaceConfigurations?.[0];
    const subnetId = profile?.ipConfigurations?.[0]?.subnet?.id ?? '';
    map.setNetworks.set(idKey(set.id ?? ''), networkOfSubnet(subnetId) ?? '');
    const instances = await collect(
      compute.virtualMachineScaleSetVMs.list(name.resourceGroup, name.name, { expand: 'instanceView' }),
    );
    for (const instance of instances) {
      const row = {
        ...commonRow(instance, subscriptionId),
        power: powerIn(instance),
        size: instance.sku?.name ?? '',
      };
      found.push(instanceOf(row, tenantId, (setId) => map.setNetworks.get(setId) ?? '', shared));
    }
  });
  return found;
}

function commonRow(vm: VirtualMachine | VirtualMachineScaleSetVM, subscriptionId: string) {
  const id = vm.id ?? '';
  return {
    id,
    name: vm.name ?? '',
    resourceGroup: parseResourceId(id)?.resourceGroup ?? '',
    subscriptionId,
    location: vm.location,
    tags: vm.tags ?? null,
    osType: vm.storageProfile?.osDisk?.osType ?? '',
    vmId: vm.vmId ?? '',
    adminUsername: vm.osProfile?.adminUsername ?? '',
  };
}

function powerIn(vm: VirtualMachine | VirtualMachineScaleSetVM): string {
  const statuses = vm.instanceView?.statuses ?? [];
  return statuses.find((status) => status.code?.startsWith('PowerState/') === true)?.code ?? '';
}

function placeOf({ subnetId: _subnetId, dnsName: _dnsName, ...bastion }: BastionFact): BastionPlace {
  return { ...bastion, id: idKey(bastion.armId) };
}

/** What may not be listed is left out; an outage is not taken for an empty list. */
function permitted<T>(listing: Promise<T[]>): Promise<T[]> {
  return listing.catch((error: unknown) => {
    if (toArmError(error).code === 'arm-forbidden') return [];
    throw error;
  });
}

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of pages) all.push(each);
  return all;
}
