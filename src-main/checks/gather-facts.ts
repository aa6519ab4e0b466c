import type { NetworkInterface } from '@azure/arm-network';
import { z } from 'zod';
import type { AppError } from '../../shared/errors.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import type { Result } from '../../shared/result.ts';
import type { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { idKey, parseResourceId, shortName } from '../azure/resource-id.ts';
import type { BastionPlace } from '../inventory/reach.ts';
import type {
  BastionFact,
  NetworkFact,
  NicFact,
  NsgFact,
  PermissionFact,
  Readable,
  VmFacts,
} from './facts.ts';
import { readBastion, readNetwork, readNic, readNsg, readVm } from './read-facts.ts';

/** Version of the authorization API that lists permissions. */
const permissionsApi = '2022-04-01';

/** Which permissions the user has on a resource. */
const permissionRow = z.object({
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
});

/** What the gatherer asks. */
interface Sources {
  readonly arm: Arm;
  readonly tenantOf: (subscriptionId: string) => string | null;
  /** The Bastions of a tenant that the user may see. */
  readonly listBastions: (tenantId: string) => Promise<Result<readonly BastionPlace[]>>;
}

/** Reads a thing and turns the ways in which that fails into the kinds that checks tell apart. */
async function attempt<T>(resource: string, action: string, read: () => Promise<T>): Promise<Readable<T>> {
  try {
    return { kind: 'known', value: await read() };
  } catch (error) {
    return refusal(resource, action, toArmError(error));
  }
}

function refusal<T>(resource: string, action: string, error: AppError): Readable<T> {
  if (error.code === 'arm-forbidden') return { kind: 'forbidden', action, resource };
  if (error.code === 'arm-not-found') return { kind: 'absent', resource };
  return { kind: 'failed', resource, error };
}

/** A thing that hangs on another one that could not be read. */
function passOn<T>(cause: Exclude<Readable<unknown>, { kind: 'known' }>): Readable<T> {
  return cause;
}

/** Gathers what the checks of one machine need. Never throws: what cannot be read says so. */
export class FactGatherer {
  private readonly sources: Sources;

  constructor(sources: Sources) {
    this.sources = sources;
  }

  async gather(summary: VmSummary): Promise<VmFacts> {
    const { tenantId } = summary;
    const [vm, permissions, listedBastions] = await Promise.all([
      this.readVm(summary),
      this.readPermissions(summary),
      this.listBastions(tenantId),
    ]);
    const nic = await this.readNicOf(vm, summary);
    const network =
      nic.kind === 'known' ? await this.readNetwork(nic.value.networkId, tenantId) : passOn<NetworkFact>(nic);
    const ownNetworkId = nic.kind === 'known' ? nic.value.networkId : null;
    const peers = network.kind === 'known' ? network.value.peerings.map((peering) => peering.remoteId) : [];
    const near = this.nearIds(listedBastions, [...(ownNetworkId === null ? [] : [ownNetworkId]), ...peers]);
    const [nearBastions, peeredNetworks, nsgs] = await Promise.all([
      readAll(near, (id) => this.readBastion(id, tenantId)),
      readAll(peers, (id) => this.readNetwork(id, tenantId)),
      this.readNsgs(nic, network, tenantId),
    ]);
    return { vm, permissions, nic, network, listedBastions, nearBastions, peeredNetworks, nsgs };
  }

  private nearIds(listed: Readable<readonly BastionFact[]>, networkIds: readonly string[]): string[] {
    if (listed.kind !== 'known') return [];
    return listed.value
      .filter((bastion) => networkIds.includes(bastion.networkId))
      .map((bastion) => bastion.armId);
  }

  /** The Bastion of a host that is known by its address only. */
  bastion(id: string, tenantId: string): Promise<Readable<BastionFact>> {
    return this.readBastion(id, tenantId);
  }

  private readVm(summary: VmSummary) {
    const { armId, resourceGroup, name, subscriptionId, tenantId } = summary;
    if (summary.kind === 'instance') {
      const action = 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read';
      return attempt(armId, action, async () => {
        const client = await this.sources.arm.compute(tenantId, subscriptionId);
        const { scaleSet } = summary;
        return readVm(
          await client.virtualMachineScaleSetVMs.get(resourceGroup, scaleSet, shortName(armId), {
            expand: 'instanceView',
          }),
        );
      });
    }
    return attempt(armId, 'Microsoft.Compute/virtualMachines/read', async () => {
      const client = await this.sources.arm.compute(tenantId, subscriptionId);
      return readVm(await client.virtualMachines.get(resourceGroup, name, { expand: 'instanceView' }));
    });
  }

  private async readPermissions({
    armId,
    tenantId,
  }: VmSummary): Promise<Readable<readonly PermissionFact[]>> {
    const path = `${armId}/providers/Microsoft.Authorization/permissions`;
    const listed = await this.sources.arm.listAt(tenantId, path, permissionsApi, permissionRow);
    return listed.ok
      ? { kind: 'known', value: listed.value }
      : refusal(armId, 'Microsoft.Authorization/permissions/read', listed.error);
  }

  private async readNicOf(vm: VmFacts['vm'], summary: VmSummary): Promise<Readable<NicFact>> {
    if (vm.kind !== 'known') return passOn(vm);
    const { nicId } = vm.value;
    if (nicId === null) return { kind: 'absent', resource: `network interface of ${vm.value.name}` };
    if (summary.kind === 'instance') return this.readInstanceNic(summary);
    return this.readResource(
      nicId,
      summary.tenantId,
      'Microsoft.Network/networkInterfaces/read',
      async (client, group, name) => readNic(await client.networkInterfaces.get(group, name)),
    );
  }

  /** Network interfaces of an instance are part of its scale set, and can only be listed. */
  private readInstanceNic({ armId, tenantId, subscriptionId, resourceGroup, scaleSet }: VmSummary) {
    const action = 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/read';
    return attempt(armId, action, async () => {
      const client = await this.sources.arm.network(tenantId, subscriptionId);
      const listed = client.networkInterfaces.listVirtualMachineScaleSetVMNetworkInterfaces(
        resourceGroup,
        scaleSet,
        shortName(armId),
      );
      const found: NetworkInterface[] = [];
      for await (const nic of listed) found.push(nic);
      return readNic(found.find((nic) => nic.primary === true) ?? found[0] ?? {});
    });
  }

  private readNetwork(id: string, tenantId: string) {
    return this.readResource(
      id,
      tenantId,
      'Microsoft.Network/virtualNetworks/read',
      async (client, group, name) => readNetwork(await client.virtualNetworks.get(group, name)),
    );
  }

  private readBastion(id: string, tenantId: string) {
    return this.readResource(
      id,
      tenantId,
      'Microsoft.Network/bastionHosts/read',
      async (client, group, name) => readBastion(await client.bastionHosts.get(group, name)),
    );
  }

  private async readNsgs(nic: Readable<NicFact>, network: Readable<NetworkFact>, tenantId: string) {
    const ids: string[] = [];
    if (nic.kind === 'known') {
      if (nic.value.nsgId !== null) ids.push(nic.value.nsgId);
      const subnet =
        network.kind === 'known'
          ? network.value.subnets.find((each) => each.id === nic.value.subnetId)
          : undefined;
      if (subnet?.nsgId !== null && subnet?.nsgId !== undefined) ids.push(subnet.nsgId);
    }
    return readAll(ids, (id) =>
      this.readResource<NsgFact>(
        id,
        tenantId,
        'Microsoft.Network/networkSecurityGroups/read',
        async (client, group, name) => readNsg(await client.networkSecurityGroups.get(group, name)),
      ),
    );
  }

  private readResource<T>(
    id: string,
    tenantId: string,
    action: string,
    read: (client: Awaited<ReturnType<Arm['network']>>, group: string, name: string) => Promise<T>,
  ): Promise<Readable<T>> {
    const parts = parseResourceId(id);
    if (parts === null) return Promise.resolve({ kind: 'absent', resource: id });
    return attempt(id, action, async () => {
      const tenant = this.sources.tenantOf(parts.subscriptionId) ?? tenantId;
      const client = await this.sources.arm.network(tenant, parts.subscriptionId);
      return read(client, parts.resourceGroup, parts.name);
    });
  }

  private async listBastions(tenantId: string): Promise<Readable<readonly BastionFact[]>> {
    const listed = await this.sources.listBastions(tenantId);
    if (!listed.ok)
      return refusal('Azure Resource Graph', 'Microsoft.Network/bastionHosts/read', listed.error);
    const bastions = listed.value.map((place) => ({ ...place, dnsName: '', subnetId: null }));
    return { kind: 'known', value: bastions };
  }
}

async function readAll<T>(ids: readonly string[], read: (id: string) => Promise<Readable<T>>) {
  const unique = [...new Set(ids.map(idKey))];
  return new Map(await Promise.all(unique.map(async (id) => [id, await read(id)] as const)));
}
