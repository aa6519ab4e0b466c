import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderRow, runQuery, type Table } from './evaluate.ts';
import { QueryError } from './lexer.ts';
import { parseQuery } from './parser.ts';

const data: readonly Record<string, unknown>[] = [
  {
    id: '/a',
    name: 'alpha',
    type: 'microsoft.compute/virtualmachines',
    tags: { env: 'prod' },
    size: 3,
    properties: { list: [{ id: 'N1' }], power: { code: 'PowerState/running' } },
  },
  {
    id: '/b',
    name: 'Beta',
    type: 'microsoft.compute/virtualmachines',
    tags: null,
    size: 1,
    properties: { list: [], power: {} },
  },
  {
    id: '/c',
    name: 'gamma-web',
    type: 'microsoft.network/bastionhosts',
    tags: { env: 'dev' },
    size: 2,
    properties: {},
  },
];
const table: Table = {
  columns: ['id', 'name', 'type', 'tags', 'size', 'properties'],
  rows: data.map((row) => (column) => row[column]),
};

function run(query: string): unknown[] {
  const result = runQuery(parseQuery(query), table, (name) => (name === 'resources' ? table : undefined));
  return result.rows.map((row) => renderRow(result, row));
}
const names = (query: string): unknown[] =>
  run(`${query} | project name`).map((row) => (row as { name: string }).name);

describe('the query language', () => {
  it.each([
    ["resources | where name == 'alpha'", ['alpha']],
    ["resources | where name == 'ALPHA'", []],
    ["resources | where name =~ 'ALPHA'", ['alpha']],
    ["resources | where name != 'alpha'", ['Beta', 'gamma-web']],
    ["resources | where type =~ 'Microsoft.Network/bastionHosts'", ['gamma-web']],
    ["resources | where name in ('alpha', 'beta')", ['alpha']],
    ["resources | where name in~ ('alpha', 'beta')", ['alpha', 'Beta']],
    ["resources | where name !in~ ('alpha', 'beta')", ['gamma-web']],
    ["resources | where name contains 'ET'", ['Beta']],
    ["resources | where name !contains 'a'", []],
    ["resources | where name startswith 'g' or size > 2", ['alpha', 'gamma-web']],
    ["resources | where name has 'web'", ['gamma-web']],
    ["resources | where name has 'we'", []],
    ["resources | where name endswith 'WEB' and not(size == 3)", ['gamma-web']],
    ["resources | where tags.env == 'prod'", ['alpha']],
    ["resources | where tags['env'] in~ ('DEV')", ['gamma-web']],
    ['resources | where isnotempty(tags.env)', ['alpha', 'gamma-web']],
    ['resources | where isnull(properties.power.code)', ['Beta', 'gamma-web']],
    ["resources | where properties.list[0].id =~ 'n1'", ['alpha']],
    ['resources | where size >= 2 | order by size', ['alpha', 'gamma-web']],
    ['resources | order by size asc', ['Beta', 'gamma-web', 'alpha']],
    ['resources | sort by type asc, name desc', ['alpha', 'Beta', 'gamma-web']],
    ['resources | take 2', ['alpha', 'Beta']],
    ["resources // a comment\n | where (name == @'alpha')", ['alpha']],
  ])('%s', (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('projects paths, functions and names of its own', () => {
    expect(
      run(
        "resources | where name == 'alpha' | extend env = tostring(tags.env) | project id, power = tostring(properties.power.code), env, first = properties.list[0].id, properties.power.code, upper = toupper(strcat(name, '!'))",
      ),
    ).toEqual([
      {
        id: '/a',
        power: 'PowerState/running',
        env: 'prod',
        first: 'N1',
        properties_power_code: 'PowerState/running',
        upper: 'ALPHA!',
      },
    ]);
  });

  it('counts, groups and lists what is distinct', () => {
    expect([
      run('resources | count'),
      run('resources | summarize count() by type'),
      run('resources | summarize total = count()'),
      run('resources | distinct type'),
    ]).toEqual([
      [{ Count: 3 }],
      [
        { type: 'microsoft.compute/virtualmachines', count_: 2 },
        { type: 'microsoft.network/bastionhosts', count_: 1 },
      ],
      [{ total: 3 }],
      [{ type: 'microsoft.compute/virtualmachines' }, { type: 'microsoft.network/bastionhosts' }],
    ]);
  });

  it('joins another query by a column; what has no partner stays in a left outer join', () => {
    const other = "(resources | where tags.env == 'prod' | project id, env = tostring(tags.env), name)";
    expect([
      run(`resources | project id, name | join kind=leftouter ${other} on id`),
      run(`resources | project id | join kind=inner ${other} on id`),
    ]).toEqual([
      [
        { id: '/a', name: 'alpha', id1: '/a', env: 'prod', name1: 'alpha' },
        { id: '/b', name: 'Beta', id1: null, env: null, name1: null },
        { id: '/c', name: 'gamma-web', id1: null, env: null, name1: null },
      ],
      [{ id: '/a', id1: '/a', env: 'prod', name: 'alpha' }],
    ]);
  });

  it.each([
    '',
    'resources | where',
    "resources | where name = 'alpha'",
    "resources | where name == 'alpha",
    'resources | where unknown == 1',
    'resources | where explode(name)',
    'resources | join (resources) on id',
    'resources | join kind=inner (nowhere) on id',
    'resources | join kind=inner (resources) on nothing',
    'resources | join kind=anti (resources) on id',
    'resources | mv-expand tags',
    'resources | take many',
    'resources where true',
    'resources | project name |',
  ])('refuses %s', (query) => {
    expect(() => run(query)).toThrow(QueryError);
  });

  it('answers or refuses whatever it is given, and never breaks', () => {
    const piece = fc.constantFrom(
      'resources',
      '|',
      'where',
      'project',
      'name',
      '==',
      "'a'",
      '(',
      ')',
      ',',
      'tags',
      '.',
      '[0]',
      'and',
      'in~',
      'order by',
      'extend x =',
      '3',
      '!',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((parts) => parts.join(' ')),
        ),
        (query) => {
          let failure: unknown;
          try {
            run(query);
          } catch (error) {
            failure = error;
          }
          expect(failure === undefined || failure instanceof QueryError).toBe(true);
        },
      ),
    );
  });
});
