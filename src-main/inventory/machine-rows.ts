import { z } from 'zod';
import {
  type Os,
  type Power,
  powerSchema,
  resourceIdSchema,
  type VmSummary,
} from '../../shared/inventory.ts';
import { userNameSchema } from '../../shared/session.ts';
import { idKey, networkOfSubnet, shortName } from '../azure/resource-id.ts';

/** Missing values come as null from the graph. */
export const maybeText = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const tags = z.record(z.string(), z.string()).nullish();

/** An instance of a uniform scale set. Its network is that of the set's model; its address is not in the graph. */
export const instanceRow = z.object({
  id: resourceIdSchema,
  name: z.string(),
  resourceGroup: z.string(),
  subscriptionId: z.string(),
  location: maybeText,
  tags,
  size: maybeText,
  osType: maybeText,
  power: maybeText,
  vmId: maybeText,
  adminUsername: maybeText,
});
export type InstanceRow = Readonly<z.infer<typeof instanceRow>>;

/** A virtual machine with the first address of one of its network interfaces: one row for each of them. */
export const machineRow = instanceRow.extend({
  scaleSetId: maybeText,
  isPrimaryNic: z.boolean().nullish(),
  privateIp: maybeText,
  subnetId: maybeText,
});
export type MachineRow = Readonly<z.infer<typeof machineRow>>;

/**
 * Machines, their power and their place in the network in one query: the graph joins, so that no call is made for a single
 * machine. Keys are folded to lower case, because ids inside other resources are spelt in another casing.
 */
export const machineQuery = `resources
| where type =~ 'microsoft.compute/virtualmachines'
| project id, name, resourceGroup, subscriptionId, location, tags, machineKey = tolower(id),
  size = properties.hardwareProfile.vmSize,
  osType = properties.storageProfile.osDisk.osType,
  power = properties.extended.instanceView.powerState.code,
  vmId = properties.vmId,
  adminUsername = properties.osProfile.adminUsername,
  scaleSetId = properties.virtualMachineScaleSet.id
| join kind=leftouter (
    resources
    | where type =~ 'microsoft.network/networkinterfaces' and isnotempty(properties.virtualMachine.id)
    | project machineKey = tolower(tostring(properties.virtualMachine.id)),
      isPrimaryNic = tobool(properties.primary),
      privateIp = properties.ipConfigurations[0].properties.privateIPAddress,
      subnetId = properties.ipConfigurations[0].properties.subnet.id
  ) on machineKey
| project id, name, resourceGroup, subscriptionId, location, tags, size, osType, power, vmId, adminUsername,
  scaleSetId, isPrimaryNic, privateIp, subnetId
| order by id asc`;

export const instanceQuery = `computeresources
| where type =~ 'microsoft.compute/virtualmachinescalesets/virtualmachines'
| project id, name, resourceGroup, subscriptionId, location, tags,
  size = sku.name,
  osType = properties.storageProfile.osDisk.osType,
  power = properties.extended.instanceView.powerState.code,
  vmId = properties.vmId,
  adminUsername = properties.osProfile.adminUsername
| order by id asc`;

/** Texts that thousands of machines share are kept once: each answer brings a copy of its own. */
export class SharedTexts {
  private readonly texts = new Map<string, string>();

  of(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }
}

function commonFields(row: InstanceRow, tenantId: string, shared: SharedTexts) {
  return {
    id: idKey(row.id),
    armId: row.id,
    name: row.name,
    resourceGroup: shared.of(row.resourceGroup),
    subscriptionId: shared.of(row.subscriptionId),
    tenantId: shared.of(tenantId),
    location: shared.of(row.location),
    size: shared.of(row.size),
    os: toOs(row.osType),
    power: toPower(row.power),
    vmId: row.vmId,
    // It is used as if the user had typed it.
    adminUsername: userNameSchema.safeParse(row.adminUsername).success ? shared.of(row.adminUsername) : '',
    tags: row.tags ?? {},
  };
}

/** A machine for the tree out of its row. */
export function machineOf(row: MachineRow, tenantId: string, shared: SharedTexts): VmSummary {
  return {
    ...commonFields(row, tenantId, shared),
    kind: 'vm',
    scaleSet: shared.of(shortName(row.scaleSetId)),
    privateIp: row.privateIp,
    networkId: shared.of(networkOfSubnet(row.subnetId) ?? ''),
  };
}

/** An instance of a uniform scale set for the tree; `networkOf` knows the network of the sets by lower-cased id. */
export function instanceOf(
  row: InstanceRow,
  tenantId: string,
  networkOf: (setId: string) => string,
  shared: SharedTexts,
): VmSummary {
  const setId = setIdOf(row.id);
  return {
    ...commonFields(row, tenantId, shared),
    kind: 'instance',
    scaleSet: shared.of(shortName(setId)),
    privateIp: '',
    networkId: shared.of(networkOf(idKey(setId))),
  };
}

/** The scale set's id out of an instance's id; empty if it is not one. */
export function setIdOf(instanceId: string): string {
  return /^(.*\/virtualMachineScaleSets\/[^/]+)\/virtualMachines\/[^/]+$/i.exec(instanceId)?.[1] ?? '';
}

/** `Linux` and `Windows` as ARM writes them. */
export function toOs(osType: string): Os {
  const lower = osType.toLowerCase();
  return lower === 'linux' || lower === 'windows' ? lower : 'unknown';
}

/** `PowerState/running` and its like; anything else is unknown. */
export function toPower(code: string): Power {
  const parsed = powerSchema.safeParse(code.replace(/^PowerState\//i, '').toLowerCase());
  return parsed.success ? parsed.data : 'unknown';
}
