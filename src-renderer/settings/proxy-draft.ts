import { type ProxySetting, proxyUrlSchema } from '../../shared/network.ts';

/** The proxy as it is typed. */
export interface TypedProxy {
  readonly kind: ProxySetting['kind'];
  readonly url: string;
  readonly bypass: string;
}

/** What the form begins with. */
export function typedProxyOf(setting: ProxySetting): TypedProxy {
  return setting.kind === 'manual' ? setting : { kind: setting.kind, url: '', bypass: '' };
}

/** The words for an address that is none. */
export const proxyUrlProblem =
  'Type an address such as http://proxy.example.com:3128 or socks5://…, without a name or a password.';

/** The setting that is typed, or null if the address cannot be taken. */
export function checkProxy({ kind, url, bypass }: TypedProxy): ProxySetting | null {
  if (kind !== 'manual') return { kind };
  const address = url.trim();
  return proxyUrlSchema.safeParse(address).success ? { kind, url: address, bypass: bypass.trim() } : null;
}

/** True if saving would change nothing. */
export function isSameProxy(typed: TypedProxy, setting: ProxySetting): boolean {
  if (typed.kind !== setting.kind) return false;
  return (
    setting.kind !== 'manual' || (typed.url.trim() === setting.url && typed.bypass.trim() === setting.bypass)
  );
}

const usualPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** Of SOCKS proxies. */
const socksPort = 1080;

/** `host:port` of a proxy's address; empty if it is none. */
export function proxyEnd(url: string): string {
  if (!proxyUrlSchema.safeParse(url).success) return '';
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? String(usualPorts[protocol] ?? socksPort) : port}`;
}

/** Reads `host:port`; null if it is none. */
export function parseEnd(text: string): { readonly host: string; readonly port: number } | null {
  const match = /^\s*(\[[\da-f:]+\]|[\w.-]+):(\d{1,5})\s*$/i.exec(text);
  const port = Number(match?.[2]);
  const host = match?.[1];
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : null;
}
