import { parseNoProxy } from './no-proxy.ts';
import type { Proxy } from './proxy.ts';
import { parseProxyUrl } from './proxy-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** In this order; small letters first, as curl has it. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** The first of the variables that is set to anything. */
function firstOf(env: Environment, names: readonly string[]): string {
  return names.map((name) => env[name]?.trim() ?? '').find((value) => value !== '') ?? '';
}

/** The proxy that the environment's variables name for a URL; direct if they name none, or none that can be used. */
export function proxyOfEnvironment(env: Environment, url: string): Proxy {
  const proxy = parseProxyUrl(firstOf(env, variables));
  if (proxy === null) return { kind: 'direct' };
  const noProxy = parseNoProxy(firstOf(env, ['no_proxy', 'NO_PROXY']));
  return noProxy.matches(new URL(url)) ? { kind: 'direct' } : proxy;
}
