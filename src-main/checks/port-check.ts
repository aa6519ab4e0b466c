import type { CheckResult } from '../../shared/vm-detail.ts';
import { idKey, shortName } from '../azure/resource-id.ts';
import { explainUnknown, resultsOf } from './check-result.ts';
import type { BastionFact, NetworkFact, NicFact, NsgFact, Readable, VmFacts } from './facts.ts';
import { type AddressSet, parsePrefix, unite } from './ip-range.ts';
import { type Decision, decide, type Flow } from './nsg-flow.ts';

const title = 'Port allowed by network security groups';

/** Where the Developer SKU's connections come from. */
const developerSource = '168.63.129.16';

interface Level {
  readonly name: 'subnet' | 'network interface';
  readonly nsgId: string;
}

/** C32: the security groups of the machine's subnet and interface let the Bastion reach the port. */
export function checkPortAllowed(facts: VmFacts, bastion: BastionFact | null, port: number): CheckResult {
  const result = resultsOf('C32', title);
  if (bastion === null) return result('na', 'Not applicable: no Bastion was found.');
  if (facts.nic.kind !== 'known') {
    const unknown = explainUnknown('The network interface of the machine', facts.nic);
    return result('unknown', unknown.message, unknown.extra);
  }
  if (facts.network.kind !== 'known') {
    const unknown = explainUnknown('The virtual network of the machine', facts.network);
    return result('unknown', unknown.message, unknown.extra);
  }
  const nic = facts.nic.value;
  const source = sourceOf(bastion, facts, facts.network.value);
  if (source === null) {
    return result('unknown', `The address range of ${bastion.name} could not be read.`, {
      missingPermission: 'Microsoft.Network/virtualNetworks/read',
      evidence: [{ label: 'Not readable', value: bastion.networkId }],
    });
  }
  if (parsePrefix(nic.privateIp) === null) {
    return result('unknown', 'The network interface of the machine has no IPv4 address.');
  }
  const levels = levelsOf(nic, facts.network.value);
  if (levels.length === 0) {
    return result('pass', `No network security group stands before ${port}.`, {
      evidence: [{ label: 'Subnet and network interface', value: 'without a network security group' }],
    });
  }
  const flow: Flow = {
    sources: source.addresses,
    destination: nic.privateIp,
    destinationGroupIds: nic.applicationGroupIds,
    port,
    virtualNetwork: virtualNetworkOf(facts.network.value),
  };
  const outcomes = levels.map((level) =>
    judge(level, facts.nsgs.get(idKey(level.nsgId)), flow, source.label, bastion, port),
  );
  const worst = (['fail', 'unknown', 'warn', 'pass'] as const).flatMap((status) =>
    outcomes.filter((outcome) => outcome.status === status),
  )[0];
  if (worst === undefined) return result('unknown', 'The security groups gave no answer.');
  return {
    ...worst,
    evidence: [
      { label: 'Flow', value: `${source.label} → ${nic.privateIp}:${port}, TCP` },
      ...outcomes.flatMap((outcome) => outcome.evidence),
    ],
  };
}

function judge(
  level: Level,
  readable: Readable<NsgFact> | undefined,
  flow: Flow,
  sourceLabel: string,
  bastion: BastionFact,
  port: number,
): CheckResult {
  const result = resultsOf('C32', title);
  const where = `${shortName(level.nsgId)} (${level.name})`;
  if (readable?.kind !== 'known') {
    const unknown = explainUnknown(
      `The network security group ${where}`,
      readable ?? { kind: 'absent', resource: level.nsgId },
    );
    return result('unknown', unknown.message, unknown.extra);
  }
  const decision = decide(readable.value, flow);
  const evidence = [{ label: where, value: describe(decision) }];
  const fix = {
    who: `Network Contributor of ${shortName(level.nsgId)}`,
    steps: `Network security group, Inbound security rules, Add: source ${sourceLabel}, destination ${flow.destination}, port ${port}, TCP, Allow, with a priority below that of the denying rule.`,
  };
  switch (decision.kind) {
    case 'allowed':
      return result('pass', `The security groups let ${bastion.name} reach port ${port}.`, { evidence });
    case 'denied':
      return result(
        'fail',
        `${where} blocks port ${port} for ${bastion.name}: rule ${decision.rule.name}, priority ${decision.rule.priority}.`,
        { evidence, fix },
      );
    case 'partly':
      return result(
        'warn',
        `${where} lets only some addresses of ${bastion.name} reach port ${port}; connections will fail now and then.`,
        { evidence, fix },
      );
    case 'unknown':
      return result(
        'unknown',
        `${where} has the rule ${decision.rule.name}, whose service tag cannot be expanded here.`,
        { evidence },
      );
  }
}

function describe(decision: Decision): string {
  switch (decision.kind) {
    case 'allowed':
    case 'denied':
      return `${decision.kind} by ${decision.rule.name}, priority ${decision.rule.priority}${decision.rule.isDefault ? ' (default rule)' : ''}`;
    case 'partly':
      return `allowed in part by ${decision.allowedBy.name}, denied in part by ${decision.deniedBy.name}`;
    case 'unknown':
      return `rule ${decision.rule.name}: ${decision.rule.sources.join(', ')}`;
  }
}

function levelsOf(nic: NicFact, network: NetworkFact): Level[] {
  const subnet = network.subnets.find((each) => each.id === nic.subnetId);
  return [
    ...(subnet?.nsgId === null || subnet?.nsgId === undefined
      ? []
      : [{ name: 'subnet' as const, nsgId: subnet.nsgId }]),
    ...(nic.nsgId === null ? [] : [{ name: 'network interface' as const, nsgId: nic.nsgId }]),
  ];
}

/** The addresses a Bastion connects from: any of its subnet. */
function sourceOf(bastion: BastionFact, facts: VmFacts, own: NetworkFact) {
  if (bastion.subnetId === null) {
    return { addresses: parsePrefix(developerSource) ?? [], label: developerSource };
  }
  const remote = facts.peeredNetworks.get(bastion.networkId);
  const network = bastion.networkId === own.id ? own : remote?.kind === 'known' ? remote.value : null;
  const prefixes = network?.subnets.find((each) => each.id === bastion.subnetId)?.prefixes ?? [];
  const addresses = unite(prefixes.map((prefix) => parsePrefix(prefix) ?? []));
  return addresses.length === 0 ? null : { addresses, label: prefixes.join(', ') };
}

/** What the tag `VirtualNetwork` covers as far as ARM shows it: the network and those peered with it. Null if it cannot be told. */
function virtualNetworkOf(network: NetworkFact): AddressSet | null {
  const connected = network.peerings.filter((peering) => peering.state === 'Connected');
  if (connected.some((peering) => peering.remotePrefixes.length === 0)) return null;
  const prefixes = [...network.prefixes, ...connected.flatMap((peering) => peering.remotePrefixes)];
  return unite([...prefixes.map((prefix) => parsePrefix(prefix) ?? []), parsePrefix(developerSource) ?? []]);
}
