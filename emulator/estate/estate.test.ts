import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateEstate } from '../generate.ts';
import { demo, networkId, readDemo, vmId } from '../testing/estate.ts';
import { createWorld } from '../world.ts';
import { parseArmId, resolveReference } from './ids.ts';
import { mergePatch } from './patch.ts';
import { allowsInbound, prefixContains, reach } from './reach.ts';
import { actionMatches, grants } from './roles.ts';
import { type EstateSecurityRule, EstateError, parseEstate } from './schema.ts';
import { switchesSchema, switchNotes } from './switches.ts';

const contoso = { id: demo.contoso, name: 'Contoso', domain: 'contoso.example' };
const smallest = { version: 1, name: 'Small', clientIds: [demo.program], tenants: [contoso] } as const;

describe('an estate', () => {
  it('needs little', () => {
    expect(parseEstate(smallest)).toMatchObject({
      name: 'Small',
      subscriptions: [],
      latencies: { callMs: 30 },
    });
  });

  it('may be read back as it was checked', async () => {
    const estate = parseEstate(await readDemo());
    expect(parseEstate(JSON.parse(JSON.stringify(estate)))).toEqual(estate);
  });

  it.each([
    ['a word that is no setting', { ...smallest, colour: 'red' }, 'colour'],
    ['another version', { ...smallest, version: 2 }, 'version'],
    ['a fault that does not exist', { ...smallest, faults: { explode: {} } }, 'faults'],
    ['a switch out of range', { ...smallest, switches: { armPageSize: 0 } }, 'switches.armPageSize'],
    [
      'a user of no tenant',
      { ...smallest, users: [{ upn: 'a@b', name: 'A', home: demo.fabrikam }] },
      'no tenant',
    ],
    [
      'a role of nobody',
      { ...smallest, roleAssignments: [{ principal: 'x', role: 'Reader', scope: '/' }] },
      'no user',
    ],
    [
      'a role that does not exist',
      {
        ...smallest,
        users: [{ upn: 'a@b', name: 'A', home: demo.contoso }],
        roleAssignments: [{ principal: 'a@b', role: 'King', scope: '/' }],
      },
      'no role',
    ],
  ])('is refused with %s', (_name, json, words) => {
    expect(() => parseEstate(json)).toThrow(EstateError);
    expect(() => parseEstate(json)).toThrow(words);
  });

  it('has a note for every switch', () => {
    expect(Object.keys(switchNotes).sort()).toEqual(Object.keys(switchesSchema.shape).sort());
  });

  it('is generated the same each time, as large as asked', () => {
    const options = { vms: 777, subscriptions: 5, tenants: 2, seed: 42 };
    const estate = parseEstate(generateEstate(options));
    const machines = estate.subscriptions.flatMap((each) =>
      each.resourceGroups.flatMap((group) => group.vms),
    );
    expect([
      machines.length,
      estate.subscriptions.length,
      new Set(machines.map((vm) => vm.vmId)).size,
    ]).toEqual([777, 5, 777]);
    expect(generateEstate(options)).toEqual(generateEstate(options));
    expect(generateEstate({ ...options, seed: 43 })).not.toEqual(generateEstate(options));
  });
});

describe('ids', () => {
  it.each([
    ['/subscriptions/S', { subscriptionId: 'S', resourceGroup: '', provider: '', segments: [] }],
    [
      '/SUBSCRIPTIONS/S/resourcegroups/G',
      { subscriptionId: 'S', resourceGroup: 'G', provider: '', segments: [] },
    ],
    [
      '/subscriptions/S/resourceGroups/G/providers/P.Q/t/n/u/m',
      {
        subscriptionId: 'S',
        resourceGroup: 'G',
        provider: 'P.Q',
        segments: [
          ['t', 'n'],
          ['u', 'm'],
        ],
      },
    ],
    ['/subscriptions', undefined],
    ['subscriptions/S', undefined],
    ['/subscriptions/S/resourceGroups/G/providers/P/t', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(parseArmId(text)).toEqual(expected);
  });

  it('never break the parser', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseArmId(text)));
  });

  it('are resolved from short names', () => {
    const from = { subscriptionId: 'S', resourceGroup: 'G' };
    expect([
      resolveReference('n', 'P/t', from),
      resolveReference('H/n', 'P/t', from),
      resolveReference('/x', 'P/t', from),
    ]).toEqual([
      '/subscriptions/S/resourceGroups/G/providers/P/t/n',
      '/subscriptions/S/resourceGroups/H/providers/P/t/n',
      '/x',
    ]);
  });
});

describe('networks', () => {
  it.each([
    ['10.0.1.0/26', '10.0.1.63', true],
    ['10.0.1.0/26', '10.0.1.64', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['10.1.1.4', '10.1.1.4', true],
    ['Internet', '10.1.1.4', false],
    ['10.0.0.0/33', '10.0.0.1', false],
  ])('%s holds %s: %s', (prefix, ip, expected) => {
    expect(prefixContains(prefix, ip)).toBe(expected);
  });

  const rule = (more: Partial<EstateSecurityRule>): EstateSecurityRule => ({
    name: 'r',
    priority: 100,
    direction: 'Inbound',
    access: 'Deny',
    protocol: '*',
    source: '*',
    sourcePorts: '*',
    destination: '*',
    ports: '*',
    ...more,
  });
  const packet = { from: '10.0.1.4', to: '10.1.1.4', port: 22 };

  it.each([
    ['nothing said', [], true],
    ['a deny', [rule({})], false],
    ['a deny for another port', [rule({ ports: ['80', '443-500'] })], true],
    ['a deny for a range', [rule({ ports: '20-25' })], false],
    ['a deny for UDP', [rule({ protocol: 'Udp' })], true],
    ['a deny outwards', [rule({ direction: 'Outbound' })], true],
    ['a deny from the Internet', [rule({ source: 'Internet' })], true],
    [
      'an allow before a deny',
      [rule({ priority: 200 }), rule({ priority: 150, access: 'Allow', source: '10.0.1.0/26' })],
      true,
    ],
    ['an allow after a deny', [rule({ priority: 100 }), rule({ priority: 150, access: 'Allow' })], false],
    ['a deny for another destination', [rule({ destination: '10.9.0.0/16' })], true],
  ] as const)('with %s a packet arrives: %s', (_name, rules, expected) => {
    expect(allowsInbound(rules, packet)).toBe(expected);
  });

  it('lead from a Bastion to a machine, or not', async () => {
    const world = createWorld(parseEstate(await readDemo()), { latencies: 'none' });
    const hub =
      world.inventory.findKind(
        'bastion',
        networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu'),
      ) ?? expect.fail('no hub');
    const to = (subscription: string, group: string, name: string) =>
      reach(world, hub, world.inventory.find(vmId(subscription, group, name)) ?? expect.fail(name), 22);
    expect({
      jump: to(demo.connectivity, 'rg-shared-weu', 'jump-01'),
      web: to(demo.web, 'rg-web-weu', 'web-01'),
      stopped: to(demo.web, 'rg-web-weu', 'web-03'),
      locked: to(demo.web, 'rg-web-weu', 'web-locked-01'),
      transitive: to(demo.data, 'rg-analytics-weu', 'analytics-01'),
      disconnected: to(demo.data, 'rg-legacy-weu', 'legacy-01'),
      alone: to(demo.data, 'rg-build-neu', 'build-01'),
    }).toEqual({
      jump: 'open',
      web: 'open',
      stopped: 'not-running',
      locked: 'denied',
      transitive: 'no-path',
      disconnected: 'no-path',
      alone: 'no-path',
    });
  });
});

describe('roles', () => {
  it.each([
    ['*', 'Microsoft.Compute/virtualMachines/read', true],
    ['*/read', 'microsoft.compute/virtualmachines/READ', true],
    ['*/read', 'Microsoft.Compute/virtualMachines/start/action', false],
    ['Microsoft.Compute/virtualMachines/*', 'Microsoft.Compute/virtualMachines/start/action', true],
    ['Microsoft.Compute/virtualMachines/*', 'Microsoft.Computer/virtualMachines/start', false],
    ['Microsoft.Compute/virtualMachines/read', 'MicrosoftXCompute/virtualMachines/read', false],
  ])('%s covers %s: %s', (pattern, action, expected) => {
    expect(actionMatches(pattern, action)).toBe(expected);
  });

  it('take away what they exclude', () => {
    const set = { actions: ['*'], notActions: ['*/write'], dataActions: [], notDataActions: [] };
    expect([grants(set, 'A/b/read'), grants(set, 'A/b/write')]).toEqual([true, false]);
  });
});

describe('a merge patch', () => {
  it('merges objects, replaces the rest, removes by null, and leaves its target alone', () => {
    const target = { a: { b: 1, c: [1, 2] }, d: 4 };
    expect([mergePatch(target, { a: { b: null, c: [3] }, e: { f: 1 } }), target]).toEqual([
      { a: { c: [3] }, d: 4, e: { f: 1 } },
      { a: { b: 1, c: [1, 2] }, d: 4 },
    ]);
  });

  it('does not reach prototypes', () => {
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
