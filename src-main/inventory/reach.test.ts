import { expect, test } from 'vitest';
import { type BastionPlace, findReach, type NetworkPlace } from './reach.ts';

const network = (id: string, ...peers: (string | [string, 'closed'])[]): NetworkPlace => ({
  id,
  name: id,
  peerings: peers.map((peer) =>
    typeof peer === 'string' ? { remoteId: peer, isOpen: true } : { remoteId: peer[0], isOpen: false },
  ),
});

const bastion = (name: string, networkId: string, change: Partial<BastionPlace> = {}): BastionPlace => ({
  id: name,
  armId: name,
  name,
  sku: 'Standard',
  provisioningState: 'Succeeded',
  networkId,
  isTunnelingEnabled: true,
  isIpConnectEnabled: false,
  ...change,
});

const names = (
  id: string,
  networks: readonly NetworkPlace[],
  bastions: readonly BastionPlace[],
): readonly string[] | undefined =>
  findReach([id], networks, bastions)[id]?.bastions.map((each) => each.name);

test.each<[string, readonly NetworkPlace[], readonly BastionPlace[], readonly string[] | undefined]>([
  ['its own network', [network('app')], [bastion('b', 'app')], ['b']],
  ['a peered network', [network('app', 'hub'), network('hub', 'app')], [bastion('b', 'hub')], ['b']],
  [
    'a peering that is not open',
    [network('app', ['hub', 'closed']), network('hub', 'app')],
    [bastion('b', 'hub')],
    [],
  ],
  ['a peering without its other end', [network('app', 'hub'), network('hub')], [bastion('b', 'hub')], []],
  ['a peer that cannot be read', [network('app', 'hub')], [bastion('b', 'hub')], ['b']],
  [
    'two peerings away',
    [network('app', 'mid'), network('mid', 'app', 'hub'), network('hub', 'mid')],
    [bastion('b', 'hub')],
    [],
  ],
  [
    'the Developer SKU across a peering',
    [network('app', 'hub'), network('hub', 'app')],
    [bastion('b', 'hub', { sku: 'Developer' })],
    [],
  ],
  ['a network that nothing is known of', [], [bastion('b', 'hub')], undefined],
  ['a network that cannot be read but has a Bastion', [], [bastion('b', 'app')], ['b']],
])('%s', (_name, networks, bastions, expected) => {
  expect(names('app', networks, bastions)).toEqual(expected);
});

test('the one that can work now comes first, then the nearer one, then the higher SKU', () => {
  const networks = [network('app', 'hub'), network('hub', 'app')];
  const list = [
    bastion('basic', 'app', { sku: 'Basic', isTunnelingEnabled: false }),
    bastion('off', 'app', { isTunnelingEnabled: false }),
    bastion('failed', 'hub', { provisioningState: 'Failed' }),
    bastion('far', 'hub', { sku: 'Premium' }),
    bastion('near', 'app'),
  ];
  expect(names('app', networks, list)).toEqual(['near', 'far', 'failed', 'off', 'basic']);
});
