import type { Proxy } from './proxy.ts';
import { parseProxyUrl } from './proxy-url.ts';

/** The words of a proxy script's answer, and the schemes that they stand for. */
const schemes: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS5: 'socks5',
  // Version 4 by the letter; nearly every server of today speaks 5 at the same port, and 4 knows no names.
  SOCKS: 'socks5',
};

/**
 * Reads the answer of a proxy script or of Electron's `session.resolveProxy`: `PROXY a:3128; SOCKS5 b:1080; DIRECT`.
 * Entries that are not understood are left out; direct if nothing is left.
 */
export function parseProxyRules(text: string): readonly Proxy[] {
  const proxies = text.split(';').flatMap((entry): readonly Proxy[] => {
    const [word = '', address = ''] = entry.trim().split(/\s+/);
    if (word.toUpperCase() === 'DIRECT') return [{ kind: 'direct' }];
    const scheme = schemes[word.toUpperCase()];
    const proxy = scheme === undefined || address === '' ? null : parseProxyUrl(`${scheme}://${address}`);
    return proxy === null ? [] : [proxy];
  });
  return proxies.length === 0 ? [{ kind: 'direct' }] : proxies;
}
