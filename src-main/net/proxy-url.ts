import type { Proxy, ProxyCredentials } from './proxy.ts';

/** Ports where an address names none, as curl has them. */
const usualPorts = { http: 80, https: 443, socks5: 1080 } as const;

/**
 * Reads the address of a proxy: `http://user:password@host:port`, `https://…`, `socks5://…`, `socks5h://…`, `socks://…`,
 * or `host:port`, which is an HTTP proxy. Null if it is none of these.
 */
export function parseProxyUrl(text: string): Exclude<Proxy, { kind: 'direct' }> | null {
  const parts = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(text.trim());
  const scheme = (parts?.[1] ?? 'http').toLowerCase();
  // Read as http, whatever it is: only there does URL check names and ports, and bring them into one form.
  const rest = parts?.[2] ?? '';
  const asUrl = `http://${rest}`;
  if (!URL.canParse(asUrl)) return null;
  const url = new URL(asUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const credentials = credentialsOf(url);
  // URL drops port 80, which is not the usual one of every scheme.
  const port = (usual: number) => Number(/:(\d+)\/?$/.exec(rest)?.[1] ?? usual);
  switch (scheme) {
    case 'http':
      return { kind: 'http', host, port: port(usualPorts.http), isTls: false, credentials };
    case 'https':
      return { kind: 'http', host, port: port(usualPorts.https), isTls: true, credentials };
    case 'socks5':
    case 'socks5h':
    case 'socks':
      return { kind: 'socks5', host, port: port(usualPorts.socks5), credentials };
    default:
      return null;
  }
}

function credentialsOf({ username, password }: URL): ProxyCredentials | null {
  if (username === '' && password === '') return null;
  return { user: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign is meant as one
  }
}
