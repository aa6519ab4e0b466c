import type { Route } from '../../shared/vm-detail.ts';
import { idKey, shortName } from '../azure/resource-id.ts';
import type { BastionFact, VmFacts } from './facts.ts';

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
  readonly found: readonly FoundRoute[];
  readonly deadEnds: readonly DeadEnd[];
}

const developerSkus = ['developer', 'quickconnect'];

/** Whether a Bastion of this SKU is a front door that only names the pod to talk to. */
export function isTwoStep(sku: string): boolean {
  return developerSkus.includes(sku.toLowerCase());
}

/**
 * Which Bastions reach the machine: one in its own network, or in a network that is peered with it directly, with the
 * peering connected on every side that can be read. Peerings are not transitive; the Developer SKU does not cross them.
 */
export function findRoutes(facts: VmFacts): Routes {
  if (facts.nic.kind !== 'known') return { found: [], deadEnds: [] };
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
  return { found: found.toSorted(byRank), deadEnds: [...deadEnds, ...unreached(facts)] };
}

function sameNetwork(bastion: BastionFact): FoundRoute {
  const network = shortName(bastion.networkId);
  return {
    bastion,
    route: {
      bastionId: idKey(bastion.armId),
      bastionName: bastion.name,
      sku: bastion.sku,
      via: 'same-network',
      networks: [network],
      reason: `${bastion.name} is in the same virtual network, ${network}.`,
    },
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
    route: {
      bastionId: idKey(bastion.armId),
      bastionName: bastion.name,
      sku: bastion.sku,
      via: 'peering',
      networks: [remoteName, own.name],
      reason: `${bastion.name} is in ${remoteName}, which is peered with ${own.name} (${proof}).`,
    },
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
  return score(right) - score(left) || left.bastion.name.localeCompare(right.bastion.name);
}

function score({ bastion, route }: FoundRoute): number {
  const sku = ['basic', 'standard', 'premium'].indexOf(bastion.sku.toLowerCase());
  const isUsable = sku > 0 && bastion.isTunnelingEnabled;
  return (
    (isUsable ? 100 : 0) +
    (bastion.provisioningState === 'Succeeded' ? 50 : 0) +
    (route.via === 'same-network' ? 10 : 0) +
    sku
  );
}
