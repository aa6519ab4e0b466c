import { expect, test } from 'vitest';
import type { BastionFact, NetworkFact, PeeringFact, Readable, VmFacts } from './facts.ts';
import { findRoutes } from './find-routes.ts';

const known = <T>(value: T): Readable<T> => ({ kind: 'known', value });
const unreadable = { kind: 'forbidden', action: 'read', resource: 'x' } as const;

const bastion = (name: string, networkId: string, change: Partial<BastionFact> = {}): BastionFact => ({
  armId: `/bastions/${name}`,
  name,
  sku: 'Standard',
  provisioningState: 'Succeeded',
  dnsName: 'bst.example',
  isTunnelingEnabled: true,
  isIpConnectEnabled: false,
  networkId,
  subnetId: `${networkId}/subnets/azurebastionsubnet`,
  ...change,
});

const peering = (remoteId: string, change: Partial<PeeringFact> = {}): PeeringFact => ({
  name: `to-${remoteId.slice(1)}`,
  remoteId,
  state: 'Connected',
  allowsAccess: true,
  remotePrefixes: [],
  ...change,
});

const network = (id: string, peerings: PeeringFact[]): NetworkFact => ({
  id,
  name: id.slice(1),
  prefixes: [],
  peerings,
  subnets: [],
});

interface Scene {
  readonly own?: PeeringFact[];
  readonly peered?: Record<string, Readable<NetworkFact>>;
  readonly bastions: BastionFact[];
  readonly far?: BastionFact[];
}

function route({ own = [], peered = {}, bastions, far = [] }: Scene) {
  const facts: VmFacts = {
    vm: unreadable,
    permissions: unreadable,
    nic: known({
      id: '/nic',
      privateIp: '10.0.0.4',
      subnetId: '/app/subnets/s',
      networkId: '/app',
      nsgId: null,
      applicationGroupIds: [],
    }),
    network: known(network('/app', own)),
    listedBastions: known([...bastions, ...far]),
    nearBastions: new Map(bastions.map((each) => [each.armId, known(each)])),
    peeredNetworks: new Map(Object.entries(peered)),
    nsgs: new Map(),
  };
  const { found, deadEnds } = findRoutes(facts);
  return { found: found.map((each) => each.bastion.name), reasons: deadEnds.map((end) => end.reason) };
}

const hub = (back: Partial<PeeringFact> = {}) => known(network('/hub', [peering('/app', back)]));

test('the same network needs no peering', () => {
  expect(route({ bastions: [bastion('b', '/app')] })).toEqual({ found: ['b'], reasons: [] });
});

test('a peering that is connected on both sides', () => {
  expect(
    route({ own: [peering('/hub')], peered: { '/hub': hub() }, bastions: [bastion('b', '/hub')] }).found,
  ).toEqual(['b']);
});

test('a peering of which only our side can be read is believed', () => {
  expect(
    route({ own: [peering('/hub')], peered: { '/hub': unreadable }, bastions: [bastion('b', '/hub')] }).found,
  ).toEqual(['b']);
});

test.each<[string, PeeringFact[], Readable<NetworkFact>, BastionFact, RegExp]>([
  [
    'our side is not connected',
    [peering('/hub', { state: 'Disconnected' })],
    unreadable,
    bastion('b', '/hub'),
    /to-hub is Disconnected/,
  ],
  [
    'our side allows no access',
    [peering('/hub', { allowsAccess: false })],
    unreadable,
    bastion('b', '/hub'),
    /to-hub does not allow access/,
  ],
  [
    'the other side is not connected',
    [peering('/hub')],
    hub({ state: 'Initiated' }),
    bastion('b', '/hub'),
    /to-app is Initiated/,
  ],
  [
    'the other side allows no access',
    [peering('/hub')],
    hub({ allowsAccess: false }),
    bastion('b', '/hub'),
    /to-app does not allow access/,
  ],
  [
    'there is no peering back',
    [peering('/hub')],
    known(network('/hub', [])),
    bastion('b', '/hub'),
    /no peering back/,
  ],
  [
    'the Developer SKU',
    [peering('/hub')],
    hub(),
    bastion('b', '/hub', { sku: 'Developer' }),
    /does not reach peered/,
  ],
  ['no peering at all', [], hub(), bastion('b', '/hub'), /hub is not peered with app/],
])('no route: %s', (_name, own, remote, one, reason) => {
  const result = route({ own, peered: { '/hub': remote }, bastions: [one] });
  expect(result.found).toEqual([]);
  expect(result.reasons.join()).toMatch(reason);
});

test('two hops are named as what they are', () => {
  const peered = { '/hub': known(network('/hub', [peering('/app'), peering('/other')])) };
  const result = route({ own: [peering('/hub')], peered, bastions: [], far: [bastion('b', '/other')] });
  expect(result).toEqual({
    found: [],
    reasons: ['other is only reached through hub; peerings are not transitive'],
  });
});

test('best first: usable, then ready, then the same network, then the higher SKU', () => {
  const own = [peering('/hub')];
  const peered = { '/hub': hub() };
  const bastions = [
    bastion('basic here', '/app', { sku: 'Basic' }),
    bastion('off here', '/app', { isTunnelingEnabled: false }),
    bastion('failed here', '/app', { provisioningState: 'Failed' }),
    bastion('standard there', '/hub'),
    bastion('premium there', '/hub', { sku: 'Premium' }),
    bastion('standard here', '/app'),
  ];
  expect(route({ own, peered, bastions }).found).toEqual([
    'standard here',
    'premium there',
    'standard there',
    'failed here',
    'off here',
    'basic here',
  ]);
});
