import type { NsgFact, RuleFact } from './facts.ts';
import {
  type AddressSet,
  everyAddress,
  intersect,
  isEmpty,
  parsePrefix,
  subtract,
  unite,
} from './ip-range.ts';

/** An inbound TCP flow to one machine. */
export interface Flow {
  readonly sources: AddressSet;
  readonly destination: string;
  readonly destinationGroupIds: readonly string[];
  readonly port: number;
  /** Address space that the tag `VirtualNetwork` stands for here; null if it is not known. */
  readonly virtualNetwork: AddressSet | null;
}

/** How one security group decides a flow. `partly`: some source addresses pass, others do not. */
export type Decision =
  | { readonly kind: 'allowed'; readonly rule: RuleFact }
  | { readonly kind: 'denied'; readonly rule: RuleFact }
  | { readonly kind: 'partly'; readonly allowedBy: RuleFact; readonly deniedBy: RuleFact }
  /** A rule before the decision cannot be expanded (a service tag). */
  | { readonly kind: 'unknown'; readonly rule: RuleFact };

/** Where Azure's health probes, and the Developer SKU, come from. */
const platformAddress = '168.63.129.16';

/** A rule's address field: what it covers, or null if that cannot be told. */
function expand(prefix: string, flow: Flow): AddressSet | null {
  const lower = prefix.toLowerCase();
  if (lower === '*' || lower === 'any' || lower === '0.0.0.0/0') return everyAddress;
  if (lower === 'virtualnetwork') return flow.virtualNetwork;
  if (lower === 'azureloadbalancer') return parsePrefix(platformAddress);
  if (lower === 'internet') {
    return flow.virtualNetwork === null ? null : subtract(everyAddress, flow.virtualNetwork);
  }
  if (prefix.includes(':')) return []; // IPv6 never matches an IPv4 flow.
  return parsePrefix(prefix);
}

function matchesPort(ranges: readonly string[], port: number): boolean {
  return ranges.some((range) => {
    if (range === '*') return true;
    const [low = '', high = low] = range.split('-');
    return Number(low) <= port && port <= Number(high);
  });
}

function matchesProtocol(protocol: string): boolean {
  return protocol === '*' || protocol.toLowerCase() === 'tcp' || protocol.toLowerCase() === 'any';
}

/** Whether the rule is about this machine and port: yes, no, or null if a tag in it cannot be expanded. */
function concernsTarget(rule: RuleFact, flow: Flow): boolean | null {
  if (rule.direction.toLowerCase() !== 'inbound' || !matchesProtocol(rule.protocol)) return false;
  if (!matchesPort(rule.destinationPorts, flow.port)) return false;
  if (rule.destinationGroupIds.length > 0) {
    return rule.destinationGroupIds.some((id) => flow.destinationGroupIds.includes(id));
  }
  const target = parsePrefix(flow.destination) ?? [];
  const expanded = rule.destinations.map((prefix) => expand(prefix, flow));
  if (expanded.some((set) => set !== null && !isEmpty(intersect(set, target)))) return true;
  return expanded.includes(null) ? null : false;
}

/** The sources that the rule covers; null if a tag in it cannot be expanded. */
function sourcesOf(rule: RuleFact, flow: Flow): AddressSet | null {
  // Bastion's instances are in no application security group, so a rule for such groups never covers them.
  if (rule.sourceGroupIds.length > 0) return [];
  const expanded = rule.sources.map((prefix) => expand(prefix, flow));
  const known = expanded.filter((set) => set !== null);
  return known.length === expanded.length ? unite(known) : null;
}

/**
 * Walks the rules by priority and takes from the flow's sources what each rule decides, as Azure does:
 * the first rule that matches an address decides for it. The defaults at the end decide for what is left.
 */
export function decide(nsg: NsgFact, flow: Flow): Decision {
  let rest = flow.sources;
  let allowedBy: RuleFact | null = null;
  let deniedBy: RuleFact | null = null;
  for (const rule of nsg.rules.toSorted((left, right) => left.priority - right.priority)) {
    if (isEmpty(rest)) break;
    const concerns = concernsTarget(rule, flow);
    if (concerns === false) continue;
    const covered = sourcesOf(rule, flow);
    const hasAnySourcePort = rule.sourcePorts.length === 0 || rule.sourcePorts.includes('*');
    // A source port is chosen by the system: a rule for some of them decides by chance.
    if (concerns === null || covered === null || !hasAnySourcePort) return { kind: 'unknown', rule };
    if (isEmpty(intersect(rest, covered))) continue;
    rest = subtract(rest, covered);
    if (rule.access.toLowerCase() === 'allow') allowedBy ??= rule;
    else deniedBy ??= rule;
  }
  if (allowedBy !== null && deniedBy !== null) return { kind: 'partly', allowedBy, deniedBy };
  if (allowedBy !== null) return { kind: 'allowed', rule: allowedBy };
  return { kind: 'denied', rule: deniedBy ?? implicitDeny };
}

/** Azure's own last rule, in case an answer leaves it out. */
const implicitDeny: RuleFact = {
  name: 'DenyAllInBound',
  priority: 65_500,
  direction: 'Inbound',
  access: 'Deny',
  protocol: '*',
  sources: ['*'],
  sourceGroupIds: [],
  destinations: ['*'],
  destinationGroupIds: [],
  destinationPorts: ['*'],
  sourcePorts: ['*'],
  isDefault: true,
};
