import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Proxy } from './proxy.ts';
import { proxyOfEnvironment } from './proxy-environment.ts';
import { parseProxyRules } from './proxy-rules.ts';
import { parseProxyUrl } from './proxy-url.ts';

const direct: Proxy = { kind: 'direct' };
const http = (host: string, port: number, isTls = false): Proxy => {
  return { kind: 'http', host, port, isTls, credentials: null };
};
const socks = (host: string, port: number): Proxy => ({ kind: 'socks5', host, port, credentials: null });

test.each<[string, Proxy[]]>([
  ['DIRECT', [direct]],
  ['PROXY a.example:3128', [http('a.example', 3128)]],
  ['PROXY a.example', [http('a.example', 80)]],
  ['HTTPS a.example:3128; DIRECT', [http('a.example', 3128, true), direct]],
  ['HTTPS a.example', [http('a.example', 443, true)]],
  ['HTTP a.example:1', [http('a.example', 1)]],
  ['SOCKS5 a.example:1081;SOCKS b.example', [socks('a.example', 1081), socks('b.example', 1080)]],
  ['proxy [::1]:3128 ;; direct', [http('::1', 3128), direct]],
  ['QUIC a.example:443; PROXY b.example:80', [http('b.example', 80)]],
  ['QUIC a.example:443', [direct]],
  ['PROXY', [direct]],
  ['PROXY a.example:99999', [direct]],
  ['', [direct]],
])('rules: %s', (text, expected) => {
  expect(parseProxyRules(text)).toEqual(expected);
});

test('rules: whatever they are, there is an answer', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('PROXY', 'DIRECT', ';', 'SOCKS5', ' ', 'a:1', '[::1]', '%'),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const proxies = parseProxyRules(words.join(' '));
      expect(proxies.length).toBeGreaterThan(0);
      for (const proxy of proxies) if (proxy.kind !== 'direct') expect(proxy.port).toBeLessThan(65_536);
    }),
  );
});

const ada = { user: 'ada', password: 'p@ss' };

test.each([
  ['http://proxy.example:3128', http('proxy.example', 3128)],
  ['http://proxy.example:80/', http('proxy.example', 80)],
  ['https://proxy.example:80', http('proxy.example', 80, true)],
  ['http://proxy.example', http('proxy.example', 80)],
  ['https://proxy.example', http('proxy.example', 443, true)],
  ['socks5://proxy.example', socks('proxy.example', 1080)],
  ['socks5h://proxy.example:9', socks('proxy.example', 9)],
  ['socks://proxy.example:9', socks('proxy.example', 9)],
  ['HTTP://Proxy.Example:3128', http('proxy.example', 3128)],
  [' proxy.example:3128 ', http('proxy.example', 3128)],
  ['http://[fd00::1]:3128', http('fd00::1', 3128)],
  ['http://[fd00::1]', http('fd00::1', 80)],
  ['http://ada:p%40ss@proxy.example:3128', { ...http('proxy.example', 3128), credentials: ada }],
  ['ada:p%40ss@proxy.example:3128', { ...http('proxy.example', 3128), credentials: ada }],
  [
    'socks5://ada:100%@proxy.example',
    { ...socks('proxy.example', 1080), credentials: { user: 'ada', password: '100%' } },
  ],
  ['http://ada@proxy.example', { ...http('proxy.example', 80), credentials: { user: 'ada', password: '' } }],
  ['ftp://proxy.example', null],
  ['socks4://proxy.example', null],
  ['http://', null],
  ['', null],
  ['http://proxy.example:99999', null],
])('address of a proxy: %s', (text, expected) => {
  expect(parseProxyUrl(text)).toEqual(expected);
});

const one = http('one.example', 1);
const two = http('two.example', 2);

test.each<[string, Record<string, string>, Proxy]>([
  ['nothing is set', {}, direct],
  ['capital letters', { HTTPS_PROXY: 'one.example:1' }, one],
  ['small letters win', { https_proxy: 'one.example:1', HTTPS_PROXY: 'two.example:2' }, one],
  ['an empty one is not set', { https_proxy: ' ', HTTPS_PROXY: 'two.example:2' }, two],
  ['all_proxy comes last', { all_proxy: 'one.example:1', HTTPS_PROXY: 'two.example:2' }, two],
  ['all_proxy', { all_proxy: 'one.example:1', ALL_PROXY: 'two.example:2' }, one],
  ['ALL_PROXY', { ALL_PROXY: 'two.example:2' }, two],
  ['http_proxy is for http only', { http_proxy: 'one.example:1', HTTP_PROXY: 'one.example:1' }, direct],
  ['one that cannot be read', { HTTPS_PROXY: 'ftp://one.example' }, direct],
  ['no_proxy', { HTTPS_PROXY: 'one.example:1', no_proxy: '.azure.example' }, direct],
  ['NO_PROXY', { HTTPS_PROXY: 'one.example:1', NO_PROXY: '.azure.example' }, direct],
  ['no_proxy wins', { HTTPS_PROXY: 'one.example:1', no_proxy: 'x', NO_PROXY: '.azure.example' }, one],
])('environment: %s', (_what, env, expected) => {
  expect(proxyOfEnvironment(env, 'https://bst.azure.example/')).toEqual(expected);
});
