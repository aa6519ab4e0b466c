import { expect, test } from 'vitest';
import { checkProxy, isSameProxy, parseEnd, proxyEnd, typedProxyOf } from './proxy-draft.ts';

const manual = { kind: 'manual', url: 'http://proxy.example:3128', bypass: '10.0.0.0/8' } as const;

test('a setting is typed, checked and the same again', () => {
  for (const setting of [manual, { kind: 'system' }, { kind: 'none' }] as const) {
    const typed = typedProxyOf(setting);
    expect(isSameProxy(typed, setting)).toBe(true);
    expect(checkProxy(typed)).toEqual(setting);
  }
  expect(isSameProxy({ ...manual, bypass: '' }, manual)).toBe(false);
  expect(isSameProxy({ ...manual, kind: 'none' }, manual)).toBe(false);
});

test('spaces around are no mistake; a password in the address is one', () => {
  expect(checkProxy({ ...manual, url: ' http://proxy.example:3128 ', bypass: ' ' })).toEqual({
    ...manual,
    bypass: '',
  });
  for (const url of ['', 'proxy.example:3128', 'http://ada:secret@proxy.example', 'ftp://proxy.example'])
    expect(checkProxy({ ...manual, url })).toBeNull();
});

test('host and port of a proxy', () => {
  expect(proxyEnd('http://proxy.example:3128')).toBe('proxy.example:3128');
  expect(proxyEnd('http://proxy.example')).toBe('proxy.example:80');
  expect(proxyEnd('https://proxy.example/')).toBe('proxy.example:443');
  expect(proxyEnd('socks5://proxy.example')).toBe('proxy.example:1080');
  expect(proxyEnd('nonsense')).toBe('');
  expect(parseEnd(' proxy.example:3128 ')).toEqual({ host: 'proxy.example', port: 3128 });
  expect(parseEnd('[fd00::1]:3128')).toEqual({ host: '[fd00::1]', port: 3128 });
  for (const text of ['proxy.example', 'proxy:0', 'proxy:70000', 'a b:80', ''])
    expect(parseEnd(text)).toBeNull();
});
