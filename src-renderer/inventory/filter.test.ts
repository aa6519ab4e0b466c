import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesByInitials, matchesFilter, parseFilter } from './filter.ts';
import { testVm } from './test-estate.ts';

describe('parseFilter', () => {
  it.each([
    ['', []],
    [
      '  web  01 ',
      [
        { kind: 'text', text: 'web' },
        { kind: 'text', text: '01' },
      ],
    ],
    ['tag:env=prod', [{ kind: 'tag', key: 'env', value: 'prod' }]],
    ['TAG:Env', [{ kind: 'tag', key: 'env', value: null }]],
    ['tag:"cost centre=a b"', [{ kind: 'tag', key: 'cost centre', value: 'a b' }]],
    [
      'os:Linux power:running',
      [
        { kind: 'os', text: 'linux' },
        { kind: 'power', text: 'running' },
      ],
    ],
    [
      'sub:prod rg:web',
      [
        { kind: 'subscription', text: 'prod' },
        { kind: 'group', text: 'web' },
      ],
    ],
    // Still being typed, so not yet a condition.
    ['os: tag:', []],
    // Unknown prefixes and lone colons are words.
    [
      'foo:bar :x',
      [
        { kind: 'text', text: 'foo:bar' },
        { kind: 'text', text: ':x' },
      ],
    ],
    ['"two words', [{ kind: 'text', text: 'two words' }]],
  ])('%j', (input, terms) => {
    expect(parseFilter(input)).toEqual(terms);
  });

  it('reads whatever is typed', () => {
    fc.assert(fc.property(fc.string(), (input) => Array.isArray(parseFilter(input))));
  });
});

describe('matchesByInitials', () => {
  it.each([
    ['web-01', 'w01', true],
    ['web-prod', 'wpr', true],
    ['web-prod-12', 'w12', true],
    ['web01', 'w0', true],
    ['web-01', 'eb1', false],
    ['web-01', '10', false],
    ['web', 'webs', false],
  ])('%s by %s: %s', (name, text, expected) => {
    expect(matchesByInitials(name, text)).toBe(expected);
  });

  it('finds every prefix of every name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,20}$/), fc.nat(20), (name, length) =>
        matchesByInitials(name, name.slice(0, length)),
      ),
    );
  });
});

describe('matchesFilter', () => {
  const vm = testVm('Web-01', {
    tags: { Env: 'Prod', owner: 'Shop' },
    power: 'deallocated',
    privateIp: '10.1.2.4',
    networkId: '/vnet/app',
  });
  const hub = { id: '/vnet/app', name: 'app', bastions: [{ id: '/b/1', name: 'bas-Hub' }] };
  const context = { subscriptionName: 'production', reach: { '/vnet/app': hub } };
  it.each([
    ['', true],
    ['web', true],
    ['WEB-01', true],
    ['rg-we', true],
    ['produc', true],
    ['shop', true],
    ['tag:env=prod', true],
    ['tag:env=p', true],
    ['tag:env', true],
    ['tag:env=', true],
    ['tag:env=dev', false],
    ['tag:team', false],
    ['os:lin', true],
    ['os:windows', false],
    ['power:off', true],
    ['power:dealloc', true],
    ['power:running', false],
    ['sub:production', true],
    ['sub:s1', true],
    ['sub:s2', false],
    ['rg:web location:west', true],
    ['web os:windows', false],
    ['/subscriptions/s1/resourcegroups/rg-web', true],
    ['zzz', false],
    ['ip:10.1.', true],
    ['ip:0.1', false],
    ['10.1.2.4', true],
    ['env=prod', true],
    ['bastion:hub', true],
    ['bastion:none', false],
    ['bastion:other', false],
  ])('%j: %s', (input, expected) => {
    expect(matchesFilter(parseFilter(input), vm, context)).toBe(expected);
  });

  it('tells machines that no Bastion reaches from those of which nothing is known', () => {
    const terms = parseFilter('bastion:none');
    const found = (reach: typeof context.reach | Record<string, never>) =>
      matchesFilter(terms, vm, { subscriptionName: '', reach });
    expect(found({ '/vnet/app': { ...hub, bastions: [] } })).toBe(true);
    expect(found({})).toBe(false);
    expect(matchesFilter(terms, { ...vm, networkId: '' }, context)).toBe(false);
  });
});
