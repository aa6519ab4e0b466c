import { describe, expect, it, test } from 'vitest';
import { byId, testVm } from '../inventory/test-estate.ts';
import { pastedMachine } from './pasted-machine.ts';
import { Best, scoreName } from './rank.ts';
import { findResults, type PaletteItem, type PaletteSource } from './results.ts';

const named = (...names: string[]) => byId(names.map((name) => testVm(name)));

const source = ({
  vms = named('web-01', 'web-02', 'db-01'),
  ...over
}: Partial<PaletteSource> = {}): PaletteSource => ({
  vms,
  machines: () => Object.values(vms),
  reach: {},
  subscriptionNames: new Map([['s1', 'Production']]),
  recents: [],
  favourites: [],
  profiles: {},
  tabs: [],
  commands: [{ command: 'settings', name: 'Settings' }],
  ...over,
});

function nameOf(item: PaletteItem): string {
  switch (item.kind) {
    case 'machine':
      return item.vm.name;
    case 'profile':
      return item.profile.name;
    case 'tab':
      return item.title;
    case 'command':
      return item.name;
    case 'look-up':
      return `look up ${item.machine.name}`;
  }
}

const found = (typed: string, over: Partial<PaletteSource> = {}) =>
  findResults(source(over), typed).map(({ title, items, more }) =>
    [`${title}:`, ...items.map(nameOf), ...(more > 0 ? [`+${String(more)}`] : [])].join(' '),
  );

describe('findResults', () => {
  it('ranks names that begin with it before words, parts and initials', () => {
    const vms = {
      ...named('my-web', 'cobweb', 'web-long-name', 'web', 'w-e-b'),
      ...byId([testVm('other', { resourceGroup: 'rg-x' })]),
    };
    expect(found('web', { vms })).toEqual(['Machines: web web-long-name my-web cobweb w-e-b']);
  });

  it('finds by everything that the filter box knows, after what is found by name', () => {
    const vms = byId([
      testVm('a', { tags: { env: 'prod' } }),
      testVm('prod-1'),
      testVm('b', { privateIp: '10.1.2.3', os: 'windows' }),
    ]);
    const names = { vms, subscriptionNames: new Map<string, string>() };
    expect(found('prod', names)).toEqual(['Machines: prod-1 a']);
    expect(found('10.1.2', names)).toEqual(['Machines: b']);
    expect(found('os:windows', names)).toEqual(['Machines: b']);
  });

  it('prefers what was used lately or kept among equals', () => {
    expect(found('web-0', { recents: [{ vmId: testVm('web-02').id }] })[0]).toBe('Machines: web-02 web-01');
    expect(found('web-0', { favourites: [testVm('web-02').id] })[0]).toBe('Machines: web-02 web-01');
  });

  it('shows fifty machines at most and says how many more there are', () => {
    const vms = byId(Array.from({ length: 60 }, (_, index) => testVm(`vm-${String(index)}`)));
    expect(found('vm', { vms })[0]?.endsWith('+10')).toBe(true);
  });

  it('offers recent machines, favourites, tabs and commands before anything is typed', () => {
    const recents = [{ vmId: '/gone' }, { vmId: testVm('db-01').id }];
    const favourites = [testVm('db-01').id, testVm('web-01').id];
    expect(found(' ', { recents, favourites, tabs: [{ id: 'vm', title: 'web-02' }] })).toEqual([
      'Recent: db-01',
      'Favourites: web-01',
      'Open tabs: web-02',
      'Commands: Settings',
    ]);
  });

  it('finds commands and tabs by their names', () => {
    expect(found('sett')).toEqual(['Commands: Settings']);
    expect(found('nothing at all')).toEqual([]);
  });

  it('shows a pasted id if the list has it, and offers to look it up if not', () => {
    expect(found(testVm('web-01').armId)).toEqual(['Machines: web-01']);
    expect(found(testVm('hidden').armId.toUpperCase())).toEqual(['Pasted: look up HIDDEN']);
  });
});

const armId = '/subscriptions/S/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/Web-01';
test.each([
  [armId, 'Web-01'],
  [`  ${armId}  `, 'Web-01'],
  [`https://portal.azure.com/#@contoso.example/resource${armId}/overview`, 'Web-01'],
  [`https://portal.azure.com/#@contoso.example/resource${encodeURIComponent(armId)}`, 'Web-01'],
  [`${armId}?x=1`, 'Web-01'],
  [
    '/subscriptions/S/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/pool/virtualMachines/3',
    'pool 3',
  ],
  ['/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v', null],
  ['web-01', null],
  ['100%', null],
])('the machine in %j is %j', (text, name) => {
  expect(pastedMachine(text)?.name ?? null).toBe(name);
});

test('the best of many keep their order', () => {
  const best = new Best<string>(3);
  for (const [item, score] of [
    ['a', 1],
    ['b', 3],
    ['c', 0],
    ['d', 2],
    ['e', 3],
    ['f', 1],
  ] as const)
    best.add(item, score);
  expect(best.items()).toEqual(['b', 'e', 'd']);
  expect(best.count).toBe(5);
});

test('a whole name is better than a beginning, a word better than a part', () => {
  const scores = ['web', 'web-01', 'my-web', 'cobweb', 'w-e-b', 'x'].map((name) => scoreName(name, 'web'));
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(scores.at(-1)).toBe(0);
});
