import { z } from 'zod';
import type { AppError } from '../../shared/errors.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import type { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { queryGraph } from '../azure/graph-query.ts';
import { idKey, networkOfSubnet, parseResourceId } from '../azure/resource-id.ts';
import type { BastionFact, NetworkFact, NicFact, NsgFact, Readable, VmFacts } from './facts.ts';
import { readBastion, readNetwork, readNic, readNsg, readVm } from './read-facts.ts';

const maybeText = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const bastionRow = z.object({
  id: z.string(),
  name: z.string(),
  sku: maybeText,
  subnetId: maybeText,
  developerNetworkId: maybeText,
});

const bastionQuery = `resources
| where type =~ 'microsoft.network/bastionhosts'
| project id, name, sku = sku.name,
  subnetId = properties.ipConfigurations[0].properties.subnet.id,
  developerNetworkId = properties.virtualNetwork.id
| order by id asc`;

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
  private readonly arm: Arm;
  private readonly tenantOf: (subscriptionId: string) => string | null;

  constructor(arm: Arm, tenantOf: (subscriptionId: string) => string | null) {
    this.arm = arm;
    this.tenantOf = tenantOf;
  }

  async gather(summary: VmSummary): Promise<VmFacts> {
    const { tenantId } = summary;
    const [vm, listedBastions] = await Promise.all([this.readVm(summary), this.listBastions(tenantId)]);
    const nic = await this.readNicOf(vm, tenantId);
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
    return { vm, nic, network, listedBastions, nearBastions, peeredNetworks, nsgs };
  }

  private nearIds(listed: Readable<readonly BastionFact[]>, networkIds: readonly string[]): string[] {
    if (listed.kind !== 'known') return [];
    return listed.value
      .filter((bastion) => networkIds.includes(bastion.networkId))
      .map((bastion) => bastion.armId);
  }

  private readVm(summary: VmSummary) {
    return attempt(summary.armId, 'Microsoft.Compute/virtualMachines/read', async () => {
      const client = await this.arm.compute(summary.tenantId, summary.subscriptionId);
      return readVm(
        await client.virtualMachines.get(summary.resourceGroup, summary.name, { expand: 'instanceView' }),
      );
    });
  }

  private async readNicOf(vm: VmFacts['vm'], tenantId: string): Promise<Readable<NicFact>> {
    if (vm.kind !== 'known') return passOn(vm);
    const { nicId } = vm.value;
    if (nicId === null) return { kind: 'absent', resource: `network interface of ${vm.value.name}` };
    return this.readResource(
      nicId,
      tenantId,
      'Microsoft.Network/networkInterfaces/read',
      async (client, group, name) => readNic(await client.networkInterfaces.get(group, name)),
    );
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
      const tenant = this.tenantOf(parts.subscriptionId) ?? tenantId;
      const client = await this.arm.network(tenant, parts.subscriptionId);
      return read(client, parts.resourceGroup, parts.name);
    });
  }

  private async listBastions(tenantId: string): Promise<Readable<readonly BastionFact[]>> {
    const found: BastionFact[] = [];
    const answer = await queryGraph(this.arm, tenantId, bastionQuery, bastionRow, (rows) => {
      for (const row of rows) {
        found.push({
          armId: row.id,
          name: row.name,
          sku: row.sku,
          provisioningState: '',
          dnsName: '',
          isTunnelingEnabled: false,
          networkId: networkOfSubnet(row.subnetId) ?? idKey(row.developerNetworkId),
          subnetId: row.subnetId === '' ? null : idKey(row.subnetId),
        });
      }
    });
    return answer.ok
      ? { kind: 'known', value: found }
      : refusal('Azure Resource Graph', 'Microsoft.Network/bastionHosts/read', answer.error);
  }
}

async function readAll<T>(ids: readonly string[], read: (id: string) => Promise<Readable<T>>) {
  const unique = [...new Set(ids.map(idKey))];
  return new Map(await Promise.all(unique.map(async (id) => [id, await read(id)] as const)));
}
