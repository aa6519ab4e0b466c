import { describe, expect, it } from 'vitest';
import { appError } from '../../shared/errors.ts';
import type { InventoryStatus, VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';
import { type Preferences, usualPreferences } from '../../shared/preferences.ts';
import { buildEstate } from './estate-index.ts';
import { parseFilter } from './filter.ts';
import { groupResourceId } from './group-id.ts';
import { byId, testStatus, testVm } from './test-estate.ts';
import { sortByName } from './sort-names.ts';
import type { TreeRow } from './tree-row.ts';
import { buildTreeRows } from './tree-rows.ts';

interface Given {
  readonly vms?: readonly VmSummary[];
  readonly status?: InventoryStatus;
  readonly profiles?: readonly Profile[];
  readonly filter?: string;
  readonly expansion?: ReadonlyMap<string, boolean>;
  readonly preferences?: Partial<Preferences>;
}

function rowsOf(given: Given) {
  const vms = byId(given.vms ?? []);
  const status = given.status ?? testStatus;
  return buildTreeRows({
    estate: buildEstate(vms, status),
    sorted: () => sortByName(Object.values(vms), (vm) => vm.name),
    status,
    vms,
    reach: {},
    preferences: { ...usualPreferences, ...given.preferences },
    profiles: byId(given.profiles ?? []),
    terms: parseFilter(given.filter ?? ''),
    expansion: given.expansion ?? new Map(),
  });
}

function line(row: TreeRow): string {
  const indent = '  '.repeat(row.level - 1);
  const mark = row.isExpanded === null ? '' : row.isExpanded ? 'v ' : '> ';
  switch (row.kind) {
    case 'saved':
      return `${indent}${mark}saved ${String(row.count)}`;
    case 'section':
    case 'folder':
    case 'group':
      return `${indent}${mark}${row.name} ${String(row.count)}`;
    case 'profile':
      return `${indent}${row.profile.name}`;
    case 'tenant':
      return `${indent}${mark}${row.tenant.name} ${String(row.count)}`;
    case 'subscription':
      return `${indent}${mark}${row.subscription.name} ${String(row.count)}`;
    case 'vm':
      return `${indent}${row.vm.name}${row.note === '' ? '' : ` (${row.note})`}`;
    case 'absent':
      return `${indent}? ${row.vmId}`;
    case 'problem':
      return `${indent}! ${row.error.code}`;
    case 'note':
      return `${indent}(${row.text})`;
    case 'skeleton':
      return `${indent}…`;
  }
}

const drawn = (given: Given) => rowsOf(given).rows.map(line);

const profile = (id: string, over: Partial<Profile> = {}): Profile => ({
  id,
  name: id,
  folder: '',
  vmId: testVm('web-1').id,
  protocol: 'ssh',
  user: 'ada',
  method: null,
  keyPath: null,
  port: 22,
  ...over,
});

describe('buildTreeRows', () => {
  it('lays out tenant, subscription, resource group and machine, sorted as people count', () => {
    expect(drawn({ vms: ['web-10', 'web-9', 'Db-1'].map((name) => testVm(name)) })).toEqual([
      'v Contoso 3',
      '  v Production 3',
      '    v rg-web 3',
      '      Db-1',
      '      web-9',
      '      web-10',
    ]);
  });

  it('takes resource groups that differ only in case for one', () => {
    const vms = [testVm('a'), testVm('b', { resourceGroup: 'RG-Web', id: '/b' })];
    expect(drawn({ vms })).toContain('    v rg-web 2');
  });

  it('keeps machines of unlisted subscriptions and tenants', () => {
    const vms = [testVm('a', { subscriptionId: 's9', tenantId: 't9' })];
    expect(drawn({ vms })).toEqual([
      'v Contoso 0',
      '  v Production 0',
      '    (No virtual machines)',
      'v t9 1',
      '  v s9 1',
      '    v rg-web 1',
      '      a',
    ]);
  });

  it('shows what could not be read beside what could, and what is still on its way', () => {
    const status: InventoryStatus = {
      ...testStatus,
      tenants: [
        {
          id: 't2',
          name: 'Fabrikam',
          domain: '',
          accountId: 'a1',
          state: 'failed',
          error: appError('sign-in-needed'),
        },
        { id: 't3', name: 'Litware', domain: '', accountId: 'a1', state: 'loading' },
        { id: 't4', name: 'Nod', domain: '', accountId: 'a1', state: 'ready' },
      ],
      subscriptions: [],
    };
    expect(drawn({ status })).toEqual([
      'v Fabrikam 0',
      '  ! sign-in-needed',
      'v Litware 0',
      '  …',
      'v Nod 0',
      '  (No subscriptions that you may read)',
    ]);
  });

  it('leaves only what a filter finds, opened, with counts of what is found', () => {
    const vms = [testVm('web-1'), testVm('web-2'), testVm('db-1', { resourceGroup: 'rg-data' })];
    const { rows, matchCount } = rowsOf({ vms, filter: 'web-2' });
    expect(rows.map(line)).toEqual(['v Contoso 1', '  v Production 1', '    v rg-web 1', '      web-2']);
    expect(matchCount).toBe(1);
    expect(drawn({ vms, filter: 'nothing' })).toEqual([]);
  });

  it('starts closed where opening all would bury everything', () => {
    const vms = Array.from({ length: 61 }, (_, index) => testVm(`vm-${String(index)}`));
    expect(drawn({ vms })).toEqual(['v Contoso 61', '  v Production 61', '    > rg-web 61']);
    expect(drawn({ vms, expansion: new Map([['sub:s1', false]]) })).toEqual([
      'v Contoso 61',
      '  > Production 61',
    ]);
  });

  it('puts saved connections first, by folder', () => {
    const profiles = [
      profile('zebra', { folder: 'Shop' }),
      profile('alpha'),
      profile('beta', { folder: 'Base' }),
    ];
    expect(drawn({ profiles }).slice(0, 6)).toEqual([
      'v saved 3',
      '  v Base 1',
      '    beta',
      '  v Shop 1',
      '    zebra',
      '  alpha',
    ]);
  });

  it('filters saved connections by their own words and by their machine', () => {
    const profiles = [profile('jump'), profile('other', { vmId: '/gone' })];
    const vms = [testVm('web-1', { os: 'windows' })];
    expect(drawn({ vms, profiles, filter: 'jump' })).toEqual(['v saved 1', '  jump']);
    expect(drawn({ vms, profiles, filter: 'os:windows' }).slice(0, 2)).toEqual(['v saved 1', '  jump']);
  });

  it('numbers the members of a set for screen readers', () => {
    const { rows } = rowsOf({ vms: [testVm('a'), testVm('b')] });
    expect(rows.map(({ level, position, setSize }) => [level, position, setSize])).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [3, 1, 1],
      [4, 1, 2],
      [4, 2, 2],
    ]);
  });

  it('puts instances under their scale set, and hosts under a root of their own', () => {
    const vms = [
      testVm('web-2'),
      testVm('pool_10', { scaleSet: 'Pool', kind: 'instance' }),
      testVm('pool_9', { scaleSet: 'Pool', kind: 'instance' }),
      testVm('router', { kind: 'host', privateIp: '10.9.0.1' }),
    ];
    expect(drawn({ vms })).toEqual([
      'v Contoso 3',
      '  v Production 3',
      '    v rg-web 3',
      '      v Pool 2',
      '        pool_9',
      '        pool_10',
      '      web-2',
      'v Hosts by address 1',
      '  router (10.9.0.1)',
    ]);
    expect(drawn({ vms, filter: 'pool_9' }).slice(-2)).toEqual(['      v Pool 1', '        pool_9']);
    expect(
      rowsOf({ vms })
        .rows.map(groupResourceId)
        .filter((id) => id !== null),
    ).toEqual([
      '/subscriptions/s1/resourceGroups/rg-web',
      '/subscriptions/s1/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachineScaleSets/Pool',
    ]);
  });

  it('shows what part could not be read under its node, and the rest beside it', () => {
    const status: InventoryStatus = {
      ...testStatus,
      tenants: testStatus.tenants.map((tenant) => ({ ...tenant, state: 'partial' as const })),
      subscriptions: [
        ...testStatus.subscriptions,
        { id: 's2', name: 'Secret', tenantId: 't1', error: appError('arm-forbidden') },
      ],
    };
    const vms = [testVm('a')];
    expect(drawn({ status, vms })).toEqual([
      'v Contoso 1',
      '  v Production 1',
      '    v rg-web 1',
      '      a',
      '  v Secret 0',
      '    ! arm-forbidden',
    ]);
    expect(drawn({ status, vms, preferences: { groupBy: { kind: 'flat' } } })).toEqual([
      '! arm-forbidden',
      'a (rg-web)',
    ]);
  });

  it('has favourites in their order and the latest machines on top, each machine once under a filter', () => {
    const vms = [testVm('a'), testVm('b')];
    const id = (name: string) => testVm(name).id;
    const preferences = {
      favourites: [id('b'), id('gone'), id('a')],
      recents: [
        { vmId: id('gone'), atMs: 2 },
        { vmId: id('a'), atMs: 1 },
      ],
    };
    expect(drawn({ vms, preferences }).slice(0, 7)).toEqual([
      'v Favourites 3',
      '  b (rg-web)',
      `  ? ${id('gone')}`,
      '  a (rg-web)',
      'v Recent 1',
      '  a (rg-web)',
      'v Contoso 2',
    ]);
    const { rows } = rowsOf({ vms, preferences });
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(drawn({ vms, preferences, filter: 'a' }).filter((text) => text.includes('a ('))).toEqual([]);
  });

  it('groups by a tag, whatever its case, and leaves those without it last', () => {
    const vms = [
      testVm('a', { tags: { Env: 'prod' } }),
      testVm('b', { tags: { env: 'dev' } }),
      testVm('c'),
      testVm('d', { tags: { env: '' } }),
    ];
    expect(drawn({ vms, preferences: { groupBy: { kind: 'tag', key: 'env' } } })).toEqual([
      'v env: (empty) 1',
      '  d (rg-web)',
      'v env: dev 1',
      '  b (rg-web)',
      'v env: prod 1',
      '  a (rg-web)',
      'v No tag env 1',
      '  c (rg-web)',
    ]);
  });
});
