import { idKey, shortName } from '../azure/resource-id.ts';
import type { CheckResult } from '../../shared/vm-detail.ts';
import { explainUnknown, resultsOf } from './check-result.ts';
import type { BastionFact, Readable, VmFacts } from './facts.ts';
import type { Routes } from './find-routes.ts';

const bastionOwner = 'Owner or Network Contributor of the Bastion';

/** C01: a Bastion reaches the machine. */
export function checkBastionFound(facts: VmFacts, routes: Routes): CheckResult {
  const result = resultsOf('C01', 'Bastion found');
  const best = routes.found[0];
  if (best !== undefined) {
    return result('pass', best.route.reason, {
      evidence: [
        { label: 'Bastion', value: best.bastion.armId },
        { label: 'Networks', value: best.route.networks.join(' ↔ ') },
        ...routes.found.slice(1).map(({ route }) => ({ label: 'Also reaches it', value: route.reason })),
      ],
    });
  }
  const unreadable = firstUnknown([
    ['The virtual machine', facts.vm],
    ['The network interface of the machine', facts.nic],
    ['The list of Bastions', facts.listedBastions],
    ['The virtual network of the machine', facts.network],
    ...[...facts.nearBastions.values()].map((each) => ['A Bastion nearby', each] as const),
  ]);
  if (unreadable !== null) return result('unknown', unreadable.message, unreadable.extra);
  const evidence = routes.deadEnds.map((end) => ({ label: end.bastionName, value: end.reason }));
  const hidden = hiddenBastion(facts);
  if (hidden !== null) {
    return result(
      'unknown',
      `${hidden} has a subnet for a Bastion, but no Bastion there is visible to you.`,
      {
        missingPermission: 'Microsoft.Network/bastionHosts/read',
        evidence,
      },
    );
  }
  const unreadPeer = unreadablePeer(facts);
  if (unreadPeer !== null) return result('unknown', unreadPeer.message, { ...unreadPeer.extra, evidence });
  const network = facts.network.kind === 'known' ? facts.network.value.name : 'its network';
  return result(
    'fail',
    `No Bastion reaches this machine: none is in ${network} or in a network connected to it by a peering.`,
    {
      evidence: [
        { label: 'Network searched', value: network },
        ...(facts.network.kind === 'known'
          ? facts.network.value.peerings.map((peering) => ({
              label: `Peering ${peering.name}`,
              value: `${shortName(peering.remoteId)}, ${peering.state}`,
            }))
          : []),
        ...evidence,
      ],
      fix: {
        who: 'Network Contributor of the virtual network',
        steps: `Connect the peering to a network with a Bastion on both sides, or deploy a Standard Bastion in ${network}: Virtual network, Bastion, Configure manually; on the Advanced tab tick Native client support. A Bastion costs money from its deployment on.`,
      },
    },
  );
}

function firstUnknown(list: readonly (readonly [string, Readable<unknown>])[]) {
  for (const [thing, readable] of list) {
    if (readable.kind !== 'known') return explainUnknown(thing, readable);
  }
  return null;
}

/** A network near the machine with a Bastion's subnet, but without a Bastion that the graph lists. */
function hiddenBastion(facts: VmFacts): string | null {
  if (facts.network.kind !== 'known' || facts.listedBastions.kind !== 'known') return null;
  const connected = new Set(
    facts.network.value.peerings.filter((each) => each.state === 'Connected').map((each) => each.remoteId),
  );
  const peers = [...facts.peeredNetworks.values()].flatMap((each) =>
    each.kind === 'known' && connected.has(each.value.id) ? [each.value] : [],
  );
  const listed = new Set(facts.listedBastions.value.map((bastion) => bastion.networkId));
  const found = [facts.network.value, ...peers].find(
    (network) =>
      !listed.has(network.id) &&
      network.subnets.some((subnet) => subnet.name.toLowerCase() === 'azurebastionsubnet'),
  );
  return found?.name ?? null;
}

/** A connected peering whose other network cannot be read: a Bastion could be there. */
function unreadablePeer(facts: VmFacts) {
  if (facts.network.kind !== 'known') return null;
  for (const peering of facts.network.value.peerings) {
    const readable = facts.peeredNetworks.get(idKey(peering.remoteId));
    if (peering.state === 'Connected' && readable !== undefined && readable.kind !== 'known') {
      return explainUnknown(`The peered network ${shortName(peering.remoteId)}`, readable);
    }
  }
  return null;
}

const noBastion = 'Not applicable: no Bastion was found.';

/** C02: the Bastion is in a state in which it serves. */
export function checkProvisioning(bastion: BastionFact | null): CheckResult {
  const result = resultsOf('C02', 'Bastion provisioning state');
  if (bastion === null) return result('na', noBastion);
  const state = bastion.provisioningState;
  const evidence = [{ label: 'properties.provisioningState', value: state === '' ? 'missing' : state }];
  const fix = {
    who: bastionOwner,
    steps:
      'Look at the activity log of the Bastion for the operation that failed; apply its configuration again or open a support request.',
  };
  switch (state) {
    case 'Succeeded':
      return result('pass', `${bastion.name} is ready.`, { evidence });
    case 'Updating':
    case 'Creating':
      return result(
        'warn',
        `${bastion.name} is ${state.toLowerCase()}; that takes about ten minutes and can cut sessions.`,
        {
          evidence,
          fix: { who: bastionOwner, steps: 'Wait until the change is finished, then run the checks again.' },
        },
      );
    case 'Failed':
    case 'Canceled':
    case 'Deleting':
      return result('fail', `${bastion.name} is in the state ${state}.`, { evidence, fix });
    default:
      return result('unknown', `The state of ${bastion.name} is not known.`, { evidence });
  }
}

/** C03: the SKU has native client support. */
export function checkSku(bastion: BastionFact | null): CheckResult {
  const result = resultsOf('C03', 'Bastion SKU');
  if (bastion === null) return result('na', noBastion);
  const evidence = [{ label: 'sku.name', value: bastion.sku === '' ? 'missing' : bastion.sku }];
  switch (bastion.sku.toLowerCase()) {
    case 'standard':
    case 'premium':
      return result('pass', `${bastion.name} has the ${bastion.sku} SKU, which supports native clients.`, {
        evidence,
      });
    case 'basic':
    case 'developer':
    case 'quickconnect':
      return result(
        'fail',
        `${bastion.name} has the ${bastion.sku} SKU; native clients need Standard or Premium.`,
        {
          evidence,
          fix: {
            who: bastionOwner,
            steps:
              bastion.sku.toLowerCase() === 'basic'
                ? 'Bastion, Configuration: set Tier to Standard and tick Native client support in the same step. It costs more per hour and cannot be undone.'
                : 'Deploy a Standard Bastion: it needs its own AzureBastionSubnet (/26) and a Standard public IP address.',
          },
        },
      );
    default:
      return result('unknown', `The SKU of ${bastion.name} is not known to this version.`, { evidence });
  }
}

/** C04: native client support is on. */
export function checkNativeClient(bastion: BastionFact | null): CheckResult {
  const result = resultsOf('C04', 'Native client support');
  if (bastion === null) return result('na', noBastion);
  if (!['standard', 'premium'].includes(bastion.sku.toLowerCase())) {
    return result(
      'na',
      `Not applicable: the ${bastion.sku} SKU has no native client support; change the SKU first.`,
    );
  }
  const evidence = [{ label: 'properties.enableTunneling', value: String(bastion.isTunnelingEnabled) }];
  if (bastion.isTunnelingEnabled) {
    return result('pass', `Native client support is on at ${bastion.name}.`, { evidence });
  }
  return result('fail', `Native client support is off on ${bastion.name}.`, {
    evidence,
    fix: {
      who: bastionOwner,
      steps: 'Bastion, Configuration: tick Native client support and apply; it takes about ten minutes.',
    },
  });
}
