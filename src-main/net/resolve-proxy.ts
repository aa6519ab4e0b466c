import type { ProxySetting } from '../../shared/network.ts';
import { describeError, type Log } from '../log/logger.ts';
import { isLoopback } from './loopback.ts';
import { parseNoProxy } from './no-proxy.ts';
import type { Proxy, ProxyCredentials, ResolveProxy } from './proxy.ts';
import { proxyOfEnvironment } from './proxy-environment.ts';
import { parseProxyRules } from './proxy-rules.ts';
import { parseProxyUrl } from './proxy-url.ts';

interface Needs {
  /** Asked for every connection, so that a change holds at once. */
  readonly setting: () => ProxySetting;
  /** What the operating system says of a URL, in the words of a proxy script; null where nobody can ask it. */
  readonly system: ((url: string) => Promise<string>) | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Addresses of our own for names, as a custom cloud gives them. */
  readonly hosts: Readonly<Record<string, string>>;
  /** What the user has given for a proxy. */
  readonly credentialsOf: (host: string, port: number) => ProxyCredentials | null;
  /** The longest wait for the system: a company's script may have to be fetched first. 10 s if absent. */
  readonly systemTimeoutMs?: number;
  readonly log: Log;
}

const usualSystemTimeoutMs = 10_000;

const direct: readonly Proxy[] = [{ kind: 'direct' }];

/** Decides by the user's setting which proxies lead to a URL. */
export function makeResolveProxy(needs: Needs): ResolveProxy {
  const own = new Map(Object.entries(needs.hosts).map(([name, address]) => [name.toLowerCase(), address]));
  const isOwnComputer = (url: URL) => isLoopback(own.get(url.hostname.toLowerCase()) ?? url.hostname);
  return async (text) => {
    const url = new URL(text);
    const setting = needs.setting();
    const proxies = await bySetting(needs, setting, url, isOwnComputer(url));
    return proxies.map((proxy) =>
      proxy.kind === 'direct' || proxy.credentials !== null
        ? proxy
        : { ...proxy, credentials: needs.credentialsOf(proxy.host, proxy.port) },
    );
  };
}

async function bySetting(
  needs: Needs,
  setting: ProxySetting,
  url: URL,
  isOwnComputer: boolean,
): Promise<readonly Proxy[]> {
  if (setting.kind === 'none') return direct;
  if (setting.kind === 'manual') {
    const bypass = parseNoProxy(setting.bypass);
    const proxy = parseProxyUrl(setting.url);
    if (proxy === null || bypass.matches(url) || (isOwnComputer && !bypass.includesLoopback)) return direct;
    return [proxy];
  }
  if (isOwnComputer) return direct;
  const bySystem = await askSystem(needs, url.href);
  return bySystem.some((proxy) => proxy.kind !== 'direct')
    ? bySystem
    : [proxyOfEnvironment(needs.env, url.href)];
}

/** An answer that does not come is none: the environment is asked then. */
async function askSystem(
  { system, log, systemTimeoutMs = usualSystemTimeoutMs }: Needs,
  url: string,
): Promise<readonly Proxy[]> {
  if (system === null) return direct;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${systemTimeoutMs} ms`)), systemTimeoutMs);
  });
  try {
    return parseProxyRules(await Promise.race([system(url), limit]));
  } catch (error) {
    log.warn('system-proxy-unknown', { error: describeError(error) });
    return direct;
  } finally {
    clearTimeout(timer);
  }
}
