import type { Route } from '../../shared/vm-detail.ts';
import { isTwoStep, rankBastion } from '../azure/bastion-sku.ts';
import { idKey, shortName } from '../azure/resource-id.ts';
import type { BastionFact, VmFacts } from './facts.ts';

/** What the user has decided: which Bastion is to be used for a machine or for all machines of its network. */
export interface RouteChoice {
  /** Lower-cased. */
  readonly bastionId: string;
  readonly scope: 'vm' | 'network';
}

/** A Bastion that reaches the machine, with what the tunnel needs of it. */
export interface FoundRoute {
  readonly route: Route;
  readonly bastion: BastionFact;
}

/** Why a Bastion near the machine does not reach it; evidence for the first check. */
export interface DeadEnd {
  readonly bastionId: string;
  readonly bastionName: string;
  readonly reason: string;
}

export interface Routes {
  /** Those that are used, the first one first. */
  readonly found: readonly FoundRoute[];
  /** Those that might work but are only used if the user chooses them. */
  readonly possible: readonly FoundRoute[];
  readonly deadEnds: readonly DeadEnd[];
}

/**
 * Which Bastions reach the machine: one in its own network, or in a network that is peered with it directly, with the
 * peering connected on every side that can be read. Peerings are not transitive; the Developer SKU does not cross them.
 */
export function findRoutes(facts: VmFacts, choice: RouteChoice | null = null): Routes {
  if (facts.nic.kind !== 'known') return { found: [], possible: [], deadEnds: [] };
  const ownId = facts.nic.value.networkId;
  const found: FoundRoute[] = [];
  const deadEnds: DeadEnd[] = [];
  for (const readable of facts.nearBastions.values()) {
    if (readable.kind !== 'known') continue;
    const bastion = readable.value;
    const outcome = bastion.networkId === ownId ? sameNetwork(bastion) : acrossPeering(bastion, facts);
    if ('route' in outcome) found.push(outcome);
    else deadEnds.push(outcome);
  }
  const near = found.toSorted(byRank).map((each) => withRanking(each, choice, facts));
  const far = byAddress(facts, facts.nic.value.privateIp, new Set(found.map(idOf)));
  const possible = far.map((each) => withRanking(each, choice, facts));
  const chosen = [...near, ...possible].find((each) => each.route.chosenFor !== null);
  return {
    found: chosen === undefined ? near : [chosen, ...near.filter((each) => each !== chosen)],
    possible: possible.filter((each) => each !== chosen),
    deadEnds: [...deadEnds, ...unreached(facts)],
  };
}

const idOf = ({ bastion }: FoundRoute): string => idKey(bastion.armId);

/** Bastions elsewhere that connect to addresses: whether packets find a way from their network cannot be seen in Azure. */
function byAddress(facts: VmFacts, privateIp: string, near: ReadonlySet<string>): FoundRoute[] {
  if (facts.listedBastions.kind !== 'known' || privateIp === '') return [];
  return facts.listedBastions.value
    .filter((bastion) => bastion.isIpConnectEnabled && !near.has(idKey(bastion.armId)))
    .map((bastion) => {
      const network = shortName(bastion.networkId);
      return {
        bastion,
        route: routeOf(bastion, 'ip-connect', [network, privateIp], {
          reason: `${bastion.name} connects to addresses; it reaches ${privateIp} only if ${network} is connected with the machine’s network by VPN, ExpressRoute or Virtual WAN.`,
        }),
      };
    })
    .toSorted(byRank);
}

function routeOf(
  bastion: BastionFact,
  via: Route['via'],
  networks: string[],
  { reason }: { readonly reason: string },
): Route {
  return {
    bastionId: idKey(bastion.armId),
    bastionName: bastion.name,
    sku: bastion.sku,
    via,
    networks,
    reason,
    ranking: [],
    use: via === 'ip-connect' ? 'manual' : 'automatic',
    chosenFor: null,
  };
}

/** Says what speaks for a route and against it, in the order in which it counts. */
function withRanking(found: FoundRoute, choice: RouteChoice | null, facts: VmFacts): FoundRoute {
  const { bastion, route } = found;
  const ranking: { speaks: 'for' | 'against'; text: string }[] = [];
  const say = (speaks: boolean, yes: string, no: string) =>
    ranking.push(speaks ? { speaks: 'for', text: yes } : { speaks: 'against', text: no });
  const place = bastion.sku === '' ? 'unknown SKU' : `${bastion.sku} SKU`;
  if (isTwoStep(bastion.sku)) say(true, `${place}, one machine at a time`, '');
  else say(hasNativeClient(bastion.sku), place, `${place} without native client support`);
  if (hasNativeClient(bastion.sku))
    say(bastion.isTunnelingEnabled, 'native client support on', 'native client support off');
  if (bastion.provisioningState !== '')
    say(bastion.provisioningState === 'Succeeded', 'ready', bastion.provisioningState.toLowerCase());
  if (route.via === 'same-network') say(true, 'in the same network', '');
  if (route.via === 'peering') say(true, 'one peering away', '');
  if (route.via === 'ip-connect') say(false, '', 'the way to the address cannot be checked');
  const isRead = facts.nearBastions.get(idKey(bastion.armId))?.kind === 'known';
  if (!isRead) say(false, '', 'its settings were not read');
  const isChosen = choice !== null && choice.bastionId === route.bastionId;
  return { bastion, route: { ...route, ranking, chosenFor: isChosen ? choice.scope : null } };
}

function hasNativeClient(sku: string): boolean {
  return ['standard', 'premium'].includes(sku.toLowerCase());
}

function sameNetwork(bastion: BastionFact): FoundRoute {
  const network = shortName(bastion.networkId);
  return {
    bastion,
    route: routeOf(bastion, 'same-network', [network], {
      reason: `${bastion.name} is in the same virtual network, ${network}.`,
    }),
  };
}

function acrossPeering(bastion: BastionFact, facts: VmFacts): FoundRoute | DeadEnd {
  const deadEnd = (reason: string): DeadEnd => ({
    bastionId: idKey(bastion.armId),
    bastionName: bastion.name,
    reason,
  });
  if (facts.network.kind !== 'known')
    return deadEnd('the peerings of the machine’s network could not be read');
  const own = facts.network.value;
  const peering = own.peerings.find((each) => each.remoteId === bastion.networkId);
  const remoteName = shortName(bastion.networkId);
  if (peering === undefined) return deadEnd(`${remoteName} is not peered with ${own.name}`);
  if (isTwoStep(bastion.sku)) {
    return deadEnd(`the ${bastion.sku} SKU does not reach peered networks`);
  }
  if (peering.state !== 'Connected')
    return deadEnd(`the peering ${peering.name} is ${peering.state}, not Connected`);
  if (!peering.allowsAccess)
    return deadEnd(`the peering ${peering.name} does not allow access between the networks`);
  const remote = facts.peeredNetworks.get(bastion.networkId);
  let proof = `only the side of ${own.name} could be read`;
  if (remote?.kind === 'known') {
    const back = remote.value.peerings.find((each) => each.remoteId === own.id);
    if (back === undefined) return deadEnd(`${remoteName} has no peering back to ${own.name}`);
    if (back.state !== 'Connected')
      return deadEnd(`the peering ${back.name} is ${back.state}, not Connected`);
    if (!back.allowsAccess)
      return deadEnd(`the peering ${back.name} does not allow access between the networks`);
    proof = 'connected on both sides';
  }
  return {
    bastion,
    route: routeOf(bastion, 'peering', [remoteName, own.name], {
      reason: `${bastion.name} is in ${remoteName}, which is peered with ${own.name} (${proof}).`,
    }),
  };
}

/** Bastions of the tenant that are in networks without a direct peering: named, because people expect them to work. */
function unreached(facts: VmFacts): DeadEnd[] {
  if (facts.listedBastions.kind !== 'known' || facts.network.kind !== 'known') return [];
  const own = facts.network.value;
  return facts.listedBastions.value
    .filter((bastion) => !facts.nearBastions.has(idKey(bastion.armId)))
    .map((bastion) => {
      const hop = own.peerings.find((peering) => {
        const network = facts.peeredNetworks.get(peering.remoteId);
        return (
          network?.kind === 'known' &&
          network.value.peerings.some((each) => each.remoteId === bastion.networkId)
        );
      });
      const network = shortName(bastion.networkId);
      return {
        bastionId: idKey(bastion.armId),
        bastionName: bastion.name,
        reason:
          hop === undefined
            ? `${network} is not peered with ${own.name}`
            : `${network} is only reached through ${shortName(hop.remoteId)}; peerings are not transitive`,
      };
    })
    .slice(0, 10);
}

/** Best first: one that can work now, then the same network, then the higher SKU, then the name. */
function byRank(left: FoundRoute, right: FoundRoute): number {
  const score = ({ bastion, route }: FoundRoute) => rankBastion(bastion, route.via === 'same-network');
  return score(right) - score(left) || left.bastion.name.localeCompare(right.bastion.name);
}
