import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readHostList } from './host-list.ts';

test('commas, semicolons or tabs; other names for the columns; a byte order mark', () => {
  const expected = [
    { name: 'fax', address: '10.0.0.4', os: 'windows', bastion: 'bas-1', tags: { env: 'prod', team: 'web' } },
    { name: '10.0.0.5', address: '10.0.0.5', os: 'unknown', bastion: '', tags: {} },
  ];
  for (const by of [',', ';', '\t']) {
    const tags = by === ';' ? '"env=prod;team=web"' : 'env=prod;team=web';
    const lines = [
      ['Hostname', 'IP Address', 'OS', 'Bastion', 'Tags', 'Rack'],
      ['fax', '10.0.0.4', 'Windows', 'bas-1', tags, '7'],
      ['', '10.0.0.5', 'beos', '', '', ''],
    ];
    const text = `\uFEFF${lines.map((line) => line.join(by)).join('\r\n')}`;
    expect(readHostList(text)).toMatchObject({
      hosts: expected,
      problems: [],
    });
  }
});

test('wrong lines are named and the rest is taken', () => {
  const { hosts, problems } = readHostList('name,address\na,10.0.0.300\nb,10.0.0.1\nc,\n');
  expect(hosts.map((host) => host.name)).toEqual(['b']);
  expect(problems).toEqual(['Line 2: address is no IPv4 address', 'Line 4: address is no IPv4 address']);
});

test.each([[''], ['name,address\n'], ['who,where\na,10.0.0.1\n'], ['name,address\n"a,10.0.0.1\n']])(
  'a list without a host says why: %j',
  (text) => {
    const { hosts, problems } = readHostList(text);
    expect(hosts).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  },
);

test('whatever it is given, it gives hosts or problems', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const { hosts, problems } = readHostList(`name,address\n${text}`);
      expect(hosts.every((host) => /^\d+\.\d+\.\d+\.\d+$/.test(host.address))).toBe(true);
      expect(Array.isArray(problems)).toBe(true);
    }),
  );
});
