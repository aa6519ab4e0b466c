import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VmSummary } from '../../shared/inventory.ts';
import { packedMachinesSchema, packMachines, unpackMachines } from './packed-machines.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const machine: fc.Arbitrary<VmSummary> = fc
  .record({
    armId: fc.tuple(text, text).map(([group, name]) => `/subscriptions/S/${group}/${name}`),
    kind: fc.constantFrom('vm' as const, 'instance' as const, 'host' as const),
    name: text,
    resourceGroup: text,
    subscriptionId: text,
    tenantId: text,
    location: text,
    size: text,
    os: fc.constantFrom('linux' as const, 'windows' as const, 'unknown' as const),
    power: fc.constantFrom('running' as const, 'deallocated' as const, 'unknown' as const),
    vmId: text,
    adminUsername: text,
    scaleSet: text,
    privateIp: text,
    networkId: text,
    tags: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      text,
    ),
  })
  .map((vm) => ({ id: vm.armId.toLowerCase(), ...vm }));

test('what was packed comes out again, by way of the disk', () => {
  fc.assert(
    fc.property(fc.array(machine), (machines) => {
      const read: unknown = JSON.parse(JSON.stringify(packMachines(machines)));
      expect(unpackMachines(packedMachinesSchema.parse(read))).toEqual(
        machines.map((vm) => ({ ...vm, tags: { ...vm.tags } })),
      );
    }),
  );
});

test('what thousands share is written once', () => {
  const group = '/subscriptions/s/resourceGroups/a-rather-long-name-of-a-group/providers/Microsoft.Compute';
  const [one] = fc.sample(machine, { numRuns: 1, seed: 1 });
  if (one === undefined) throw new Error('no machine');
  const machines = Array.from({ length: 1_000 }, (_each, index) => ({
    ...one,
    armId: `${group}/virtualMachines/web-${index}`,
    id: `${group}/virtualMachines/web-${index}`.toLowerCase(),
    name: `web-${index}`,
    vmId: '',
    tags: {},
  }));
  expect(JSON.stringify(packMachines(machines)).split(group)).toHaveLength(2);
});

test.each([
  ['a place that is not there', { texts: ['a'], machines: [[7, 'x', 'x', Array(11).fill(0), '', '', {}]] }],
  [
    'a system that nobody knows',
    { texts: ['beos'], machines: [[0, 'x', 'x', Array(11).fill(0), '', '', {}]] },
  ],
  ['a machine that is no list', { texts: ['a'], machines: [{}] }],
  ['a name that is no text', { texts: ['linux'], machines: [[0, 'x', 7, Array(11).fill(0), '', '', {}]] }],
  [
    'tags that are no texts',
    {
      texts: ['vm', 'linux', 'running'],
      machines: [[0, 'x', 'x', [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0], '', '', { a: 1 }]],
    },
  ],
])('%s is damage', (_name, packed) => {
  expect(() => unpackMachines(packedMachinesSchema.parse(packed))).toThrow();
});
