import { expect, test } from 'vitest';
import { explainListenError, parseExcludedRanges } from './listener-errors.ts';

const netsh = `
Protokoll tcp Portausschlussbereiche

Startport   Endport
----------    --------
      5357        5357
     50000       50059     *

* - Verwaltete Portausschlüsse.
`;

test('ranges are read whatever the language of the headings', () => {
  expect(parseExcludedRanges(netsh)).toEqual([
    { first: 5357, last: 5357 },
    { first: 50_000, last: 50_059 },
  ]);
  expect(parseExcludedRanges('')).toEqual([]);
});

const failed = (code: string) => Object.assign(new Error(`listen ${code}`), { code });

test.each([
  ['EADDRINUSE', 'listener-port-in-use'],
  ['EADDRNOTAVAIL', 'listener-address-missing'],
  ['EACCES', 'listener-port-forbidden'],
  ['EMFILE', 'listener-failed'],
])('%s is %s', async (code, expected) => {
  const error = await explainListenError(failed(code), '127.0.0.1', 443, 'linux');
  expect(error.code).toBe(expected);
  expect(error.detail).toContain('127.0.0.1:443');
});

test('a port that Windows keeps for itself is named with its range', async () => {
  const read = () => Promise.resolve(parseExcludedRanges(netsh));
  const inside = await explainListenError(failed('EACCES'), '127.0.0.1', 50_010, 'win32', read);
  expect(inside.detail).toContain('50000 to 50059');
  const outside = await explainListenError(failed('EACCES'), '127.0.0.1', 50_060, 'win32', read);
  expect(outside.detail).toContain('Windows does not allow this port');
});
