import { BlockList, isIP } from 'node:net';

/** What is reached without a proxy, from the text of `NO_PROXY` or of a bypass list. */
export interface NoProxy {
  /** Whether the target of this URL is on the list. */
  readonly matches: (url: URL) => boolean;
  /** The list says `<-loopback>`: this computer's own addresses go through the proxy too. */
  readonly includesLoopback: boolean;
}

type Rule = (host: string, port: number) => boolean;

/**
 * Entries are separated by commas, semicolons or spaces: `example.com` and `.example.com` (the name and all names under
 * it), `*` anywhere in a name or an address, `*` alone (everything), addresses, `10.0.0.0/8`, `[fd00::]/8`, each but the
 * networks with an optional `:port`; `<local>` (names without a dot). What cannot be understood matches nothing.
 */
export function parseNoProxy(text: string): NoProxy {
  const entries = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((entry) => entry !== '');
  const rules = entries.map(ruleOf);
  return {
    matches: (url) => {
      const host = bare(url.hostname);
      const port = Number(url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : url.port);
      return rules.some((rule) => rule(host, port));
    },
    includesLoopback: entries.includes('<-loopback>'),
  };
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function ruleOf(entry: string): Rule {
  if (entry === '*') return () => true;
  if (entry === '<local>') return (host) => isIP(host) === 0 && !host.includes('.');
  const network = /^\[?([\da-f.:]+?)\]?\/(\d{1,3})$/.exec(entry);
  if (network !== null) return networkRule(network[1] ?? '', Number(network[2]));
  const { name, port } = splitPort(entry);
  const isPort = (wanted: number) => port === null || port === wanted;
  const family = isIP(name);
  if (family !== 0) {
    const list = new BlockList();
    list.addAddress(name, family === 4 ? 'ipv4' : 'ipv6');
    return (host, wanted) => isPort(wanted) && contains(list, host);
  }
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
  if (domain === '') return () => false;
  if (!domain.includes('*'))
    return (host, wanted) =>
      isPort(wanted) && isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`));
  const pattern = globOf(domain);
  return (host, wanted) => isPort(wanted) && pattern(host);
}

function networkRule(address: string, bits: number): Rule {
  const family = isIP(address);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return () => false;
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return (host) => contains(list, host);
}

function contains(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** `name:port`, `[v6]:port`, a bare IPv6 address, or a name. */
function splitPort(entry: string): { readonly name: string; readonly port: number | null } {
  if (isIP(entry) === 6) return { name: entry, port: null };
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry);
  if (parts === null) return { name: '', port: null };
  return { name: parts[1] ?? parts[2] ?? '', port: parts[3] === undefined ? null : Number(parts[3]) };
}

/** Without a regular expression: a list may be long and hostile, and this takes linear steps for each star. */
function globOf(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  const first = parts.at(0) ?? '';
  const last = parts.at(-1) ?? '';
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let from = first.length;
    for (const part of parts.slice(1, -1)) {
      const at = text.indexOf(part, from);
      if (at === -1 || at + part.length > text.length - last.length) return false;
      from = at + part.length;
    }
    return true;
  };
}
