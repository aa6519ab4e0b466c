import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RuleFact } from './facts.ts';
import { type AddressSet, intersect, isEmpty, parsePrefix, subtract, unite } from './ip-range.ts';
import { decide, type Flow } from './nsg-flow.ts';

const set = (text: string) => parsePrefix(text) as AddressSet;

const rule = (name: string, priority: number, access: string, change: Partial<RuleFact> = {}): RuleFact => ({
  name,
  priority,
  direction: 'Inbound',
  access,
  protocol: 'Tcp',
  sources: ['*'],
  sourceGroupIds: [],
  destinations: ['*'],
  destinationGroupIds: [],
  destinationPorts: ['*'],
  sourcePorts: ['*'],
  isDefault: priority >= 65_000,
  ...change,
});

const defaults = [
  rule('AllowVnetInBound', 65_000, 'Allow', {
    protocol: '*',
    sources: ['VirtualNetwork'],
    destinations: ['VirtualNetwork'],
  }),
  rule('AllowAzureLoadBalancerInBound', 65_001, 'Allow', { protocol: '*', sources: ['AzureLoadBalancer'] }),
  rule('DenyAllInBound', 65_500, 'Deny', { protocol: '*' }),
];

const flow: Flow = {
  sources: set('10.0.1.0/26'),
  destination: '10.1.0.4',
  destinationGroupIds: ['/asg/web'],
  port: 22,
  virtualNetwork: unite([set('10.0.0.0/16'), set('10.1.0.0/16')]),
};

const outcome = (rules: RuleFact[], change: Partial<Flow> = {}) => {
  const decision = decide({ id: 'n', name: 'n', rules: [...defaults, ...rules] }, { ...flow, ...change });
  return 'rule' in decision ? `${decision.kind} ${decision.rule.name}` : decision.kind;
};

test.each<[string, RuleFact[], Partial<Flow>, string]>([
  ['the defaults let the virtual network in', [], {}, 'allowed AllowVnetInBound'],
  [
    'a Bastion outside the virtual network meets the last rule',
    [],
    { sources: set('172.16.0.0/26') },
    'denied DenyAllInBound',
  ],
  [
    'an explicit deny comes first',
    [rule('no-ssh', 200, 'Deny', { destinationPorts: ['22'] })],
    {},
    'denied no-ssh',
  ],
  ['a lower priority number wins', [rule('no', 200, 'Deny'), rule('yes', 100, 'Allow')], {}, 'allowed yes'],
  [
    'a deny of another port does not matter',
    [rule('no-rdp', 200, 'Deny', { destinationPorts: ['3389', '8000-9000'] })],
    {},
    'allowed AllowVnetInBound',
  ],
  ['a port range covers', [rule('no', 200, 'Deny', { destinationPorts: ['20-30'] })], {}, 'denied no'],
  ['udp does not matter', [rule('no', 200, 'Deny', { protocol: 'Udp' })], {}, 'allowed AllowVnetInBound'],
  [
    'outbound does not matter',
    [rule('no', 200, 'Deny', { direction: 'Outbound' })],
    {},
    'allowed AllowVnetInBound',
  ],
  [
    'another destination does not matter',
    [rule('no', 200, 'Deny', { destinations: ['10.1.0.5'] })],
    {},
    'allowed AllowVnetInBound',
  ],
  [
    'a destination group that the interface is in',
    [rule('no', 200, 'Deny', { destinations: [], destinationGroupIds: ['/asg/web'] })],
    {},
    'denied no',
  ],
  [
    'a destination group that it is not in',
    [rule('no', 200, 'Deny', { destinations: [], destinationGroupIds: ['/asg/db'] })],
    {},
    'allowed AllowVnetInBound',
  ],
  [
    'a source group never covers a Bastion',
    [rule('no', 200, 'Deny', { sources: [], sourceGroupIds: ['/asg/web'] })],
    {},
    'allowed AllowVnetInBound',
  ],
  [
    'half of the Bastion subnet is denied',
    [rule('no', 200, 'Deny', { sources: ['10.0.1.0/27'] })],
    {},
    'partly',
  ],
  [
    'two rules cover the whole subnet',
    [
      rule('a', 200, 'Deny', { sources: ['10.0.1.0/27'] }),
      rule('b', 201, 'Deny', { sources: ['10.0.1.32/27'] }),
    ],
    {},
    'denied a',
  ],
  [
    'Internet does not cover a private source',
    [rule('no', 200, 'Deny', { sources: ['Internet'] })],
    {},
    'allowed AllowVnetInBound',
  ],
  [
    'an unknown tag before the decision',
    [rule('sql', 200, 'Deny', { sources: ['Sql.WestEurope'] })],
    {},
    'unknown sql',
  ],
  [
    'an unknown tag after the decision',
    [rule('sql', 200, 'Deny', { sources: ['Sql'] }), rule('yes', 100, 'Allow')],
    {},
    'allowed yes',
  ],
  [
    'an unknown tag for another port',
    [rule('sql', 200, 'Deny', { sources: ['Sql'], destinationPorts: ['1433'] })],
    {},
    'allowed AllowVnetInBound',
  ],
  ['VirtualNetwork that cannot be expanded', [], { virtualNetwork: null }, 'unknown AllowVnetInBound'],
  [
    'IPv6 sources never match',
    [rule('no', 200, 'Deny', { sources: ['::/0'] })],
    {},
    'allowed AllowVnetInBound',
  ],
])('%s', (_name, rules, change, expected) => {
  expect(outcome(rules, change)).toBe(expected);
});

test.each([
  '10.0.0.256',
  '10.0.0.0/33',
  'VirtualNetwork',
  '',
  '::1',
  '10.0.0.9-10.0.0.1',
  '10.0.0',
  '1e1.0.0.0',
])('does not parse %s', (text) => expect(parsePrefix(text)).toBeNull());

const range = fc
  .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 60 }))
  .map(([low, size]): AddressSet => [[low, low + size]]);
const ranges = fc.array(range, { maxLength: 5 }).map(unite);

test('difference and intersection split a set without loss or overlap', () => {
  fc.assert(
    fc.property(ranges, ranges, (left, right) => {
      const inside = intersect(left, right);
      const outside = subtract(left, right);
      expect(isEmpty(intersect(inside, outside))).toBe(true);
      expect(unite([inside, outside])).toEqual(left);
      expect(isEmpty(intersect(outside, right))).toBe(true);
    }),
  );
});
