import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNoProxy } from './no-proxy.ts';

test.each([
  ['', 'https://a.example/', false],
  ['*', 'https://a.example/', true],
  ['example.com', 'https://example.com/', true],
  ['example.com', 'https://a.b.example.com/', true],
  ['example.com', 'https://badexample.com/', false],
  ['example.com', 'https://example.com.evil/', false],
  ['.example.com', 'https://example.com/', true],
  ['.example.com', 'https://a.example.com/', true],
  ['.example.com', 'https://badexample.com/', false],
  ['*.example.com', 'https://a.example.com/', true],
  ['Example.COM', 'https://A.example.com/', true],
  ['example.com.', 'https://a.example.com./', true],
  ['a.example, b.example', 'https://b.example/', true],
  ['a.example b.example', 'https://b.example/', true],
  ['a.example;b.example', 'https://b.example/', true],
  [' , ,', 'https://b.example/', false],
  ['.', 'https://b.example/', false],
  ['a.example:8443', 'https://a.example:8443/', true],
  ['a.example:8443', 'https://a.example/', false],
  ['a.example:443', 'https://a.example/', true],
  ['a.example:80', 'http://a.example/', true],
  ['10.0.0.7', 'https://10.0.0.7/', true],
  ['10.0.0.7', 'https://10.0.0.71/', false],
  ['10.0.0.7:8443', 'https://10.0.0.7/', false],
  ['10.0.0.7:443', 'https://10.0.0.7/', true],
  ['0.0.7', 'https://10.0.0.7/', false],
  ['10.0.0.0/8', 'https://10.200.3.4/', true],
  ['10.0.0.0/8', 'https://11.0.0.1/', false],
  ['10.0.0.0/33', 'https://10.0.0.1/', false],
  ['10.0.0/8', 'https://10.0.0.1/', false],
  ['10.0.0.0/8', 'https://name.example/', false],
  ['192.168.*', 'https://192.168.7.8/', true],
  ['192.168.*', 'https://192.169.7.8/', false],
  ['bst-*-prod.example', 'https://bst-1-prod.example/', true],
  ['bst-*-prod.example', 'https://bst-prod.example/', false],
  ['a*b*c*d.example', 'https://axbxcxd.example/', true],
  ['a*b*c*d.example', 'https://axcxbxd.example/', false],
  ['a*b*bc.example', 'https://abc.example/', false],
  ['fd00::/8', 'https://[fd12::1]/', true],
  ['[fd00::]/8', 'https://[fd12::1]/', true],
  ['fd00::/8', 'https://[fe80::1]/', false],
  ['::1', 'https://[::1]/', true],
  ['[::1]', 'https://[::1]/', true],
  ['[::1]:8443', 'https://[::1]:8443/', true],
  ['[::1]:8443', 'https://[::1]/', false],
  ['fe80:0:0::1', 'https://[fe80::1]/', true],
  ['<local>', 'https://intranet/', true],
  ['<local>', 'https://intra.net/', false],
  ['<local>', 'https://[::1]/', false],
  ['<-loopback>', 'https://localhost/', false],
])('%s and %s: %s', (list, url, expected) => {
  expect(parseNoProxy(list).matches(new URL(url))).toBe(expected);
});

test('a list says whether this computer itself is proxied', () => {
  expect(parseNoProxy('a.example, <-loopback>').includesLoopback).toBe(true);
  expect(parseNoProxy('a.example').includesLoopback).toBe(false);
});

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);

test('whatever the list says, it answers; and it holds for every name under one on it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), label, label, (before, after, sub, domain) => {
      const url = new URL(`https://${sub}.${domain}.example/`);
      expect(parseNoProxy(`${before},${domain}.example,${after}`).matches(url)).toBe(true);
      parseNoProxy(before).matches(url);
    }),
  );
});

test('a network holds exactly the addresses with its first bits', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const address = fc.tuple(byte, byte, byte, byte);
  const number = (bytes: readonly number[]) => bytes.reduce((all, each) => all * 256 + each, 0);
  fc.assert(
    fc.property(address, address, fc.integer({ min: 0, max: 32 }), (network, host, bits) => {
      const size = 2 ** (32 - bits);
      const expected = Math.floor(number(network) / size) === Math.floor(number(host) / size);
      const url = new URL(`https://${host.join('.')}/`);
      expect(parseNoProxy(`${network.join('.')}/${bits}`).matches(url)).toBe(expected);
    }),
  );
});
