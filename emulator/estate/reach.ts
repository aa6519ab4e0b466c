import type { World } from '../world.ts';
import { powerOf } from '../world.ts';
import { networkOfSubnet } from './ids.ts';
import {
  isKind,
  networkOfBastion,
  networkOfMachine,
  type Resource,
  type ResourceOf,
  subnetOfMachine,
} from './inventory.ts';
import type { EstateSecurityRule } from './schema.ts';
import { defaultRules, peeringRemote, securityGroupId } from './wire-network.ts';

/** Whether packets from a Bastion arrive at a machine's port, and if not, why. */
export type Reach = 'open' | 'no-path' | 'not-running' | 'denied';

const sameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** A peering carries packets only if both ends are connected. */
function isPeered(world: World, from: string, to: string): boolean {
  const network = world.inventory.findKind('network', from);
  const peering = network?.source.network.peerings.find(({ remote }) =>
    sameId(peeringRemote(remote, network), to),
  );
  return peering?.state === 'Connected' && peering.allowVirtualNetworkAccess;
}

/** Whether a Bastion reaches a network: its own, or one that is peered with it directly. */
function reachesNetwork(world: World, bastion: ResourceOf<'bastion'>, networkId: string): boolean {
  const own = networkOfBastion(bastion);
  if (sameId(own, networkId)) return true;
  if (bastion.source.bastion.sku === 'Developer') return false;
  return isPeered(world, networkId, own) && isPeered(world, own, networkId);
}

function address(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** Whether an IPv4 address lies in a prefix such as `10.0.1.0/26` (or is that very address). */
export function prefixContains(prefix: string, ip: string): boolean {
  const [base = '', length = '32'] = prefix.split('/');
  const start = address(base);
  const value = address(ip);
  const bits = Number(length);
  if (start === undefined || value === undefined || !(bits >= 0 && bits <= 32)) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(start / size) === Math.floor(value / size);
}

const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;

function portMatches(ports: string | readonly string[], port: number): boolean {
  return listOf(ports).some((range) => {
    if (range === '*') return true;
    const [from, to] = range.split('-').map(Number);
    return from !== undefined && port >= from && port <= (to ?? from);
  });
}

/** A Bastion's packets come from inside the virtual network, so they match that tag, but not `Internet`. */
function sourceMatches(source: string | readonly string[], from: string): boolean {
  return listOf(source).some(
    (entry) => ['*', 'any', 'virtualnetwork'].includes(entry.toLowerCase()) || prefixContains(entry, from),
  );
}

function destinationMatches(destination: string | readonly string[], to: string): boolean {
  return listOf(destination).some(
    (entry) => ['*', 'any', 'virtualnetwork'].includes(entry.toLowerCase()) || prefixContains(entry, to),
  );
}

/** The verdict of one security group for TCP into a port: the first rule by priority that matches. */
export function allowsInbound(
  rules: readonly EstateSecurityRule[],
  packet: { readonly from: string; readonly to: string; readonly port: number },
): boolean {
  const hit = [...rules, ...defaultRules]
    .filter((rule) => rule.direction === 'Inbound')
    .sort((one, other) => one.priority - other.priority)
    .find(
      (rule) =>
        (rule.protocol === '*' || rule.protocol === 'Tcp') &&
        sourceMatches(rule.source, packet.from) &&
        destinationMatches(rule.destination, packet.to) &&
        portMatches(rule.ports, packet.port),
    );
  return hit?.access === 'Allow';
}

function groupsOn(world: World, machine: Resource): EstateSecurityRule[][] {
  const found: EstateSecurityRule[][] = [];
  const add = (id: string): void => {
    const group = world.inventory.findKind('securityGroup', id);
    if (group) found.push(group.source.securityGroup.rules);
  };
  if (isKind(machine, 'vm') && machine.source.vm.securityGroup !== undefined) {
    add(securityGroupId(machine.source.vm.securityGroup, machine));
  }
  const subnet = subnetOfMachine(machine);
  const network = world.inventory.findKind('network', networkOfSubnet(subnet));
  const name = subnet.split('/').at(-1) ?? '';
  const entry = network?.source.network.subnets.find((each) => sameId(each.name, name));
  if (network && entry?.securityGroup !== undefined) add(securityGroupId(entry.securityGroup, network));
  return found;
}

/** An address of a Bastion's instances, from which its packets come. */
export function bastionAddress(world: World, bastion: ResourceOf<'bastion'>, instance: number): string {
  const network = world.inventory.findKind('network', networkOfBastion(bastion));
  const subnet = network?.source.network.subnets.find(({ name }) => sameId(name, 'AzureBastionSubnet'));
  const base = address((subnet?.prefix ?? '10.0.0.0/26').split('/')[0] ?? '') ?? 0;
  // Azure keeps the first four addresses of every subnet.
  const value = base + 4 + instance;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** The private address of a machine. */
export function machineAddress(machine: Resource): string {
  const { source } = machine;
  return source.kind === 'vm'
    ? source.vm.privateIp
    : source.kind === 'instance'
      ? source.instance.privateIp
      : '';
}

/** Follows a packet from a Bastion to a machine's port. */
export function reach(world: World, bastion: ResourceOf<'bastion'>, machine: Resource, port: number): Reach {
  if (!reachesNetwork(world, bastion, networkOfMachine(machine))) return 'no-path';
  const packet = { from: bastionAddress(world, bastion, 0), to: machineAddress(machine), port };
  if (groupsOn(world, machine).some((rules) => !allowsInbound(rules, packet))) return 'denied';
  return powerOf(machine) === 'running' ? 'open' : 'not-running';
}

/** The machine that has an address in a network this Bastion reaches. */
export function machineAt(world: World, bastion: ResourceOf<'bastion'>, ip: string): Resource | undefined {
  return world.inventory
    .ofType('Microsoft.Compute/virtualMachines')
    .find(
      (machine) =>
        machineAddress(machine) === ip && reachesNetwork(world, bastion, networkOfMachine(machine)),
    );
}

/** The name of the target behind a machine's port. */
export function targetName(machine: Resource, port: number): string | undefined {
  const { source } = machine;
  const targets =
    source.kind === 'vm' ? source.vm.targets : source.kind === 'instance' ? source.instance.targets : {};
  return targets[String(port)];
}
