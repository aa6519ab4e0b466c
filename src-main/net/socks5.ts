import { isIPv4, isIPv6, type Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';
import type { ProxyCredentials } from './proxy.ts';

/** What a SOCKS5 proxy answered. */
export type SocksAnswer =
  /** The socket now leads to the target. */
  | { readonly kind: 'open' }
  /** It wants a sign-in that it was not given, or did not take the one that it was given. */
  | { readonly kind: 'auth-needed'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

const version = 5;
const noSignIn = 0;
const byPassword = 2;

/** The reply codes of RFC 1928, section 6, by number. */
const replies = [
  '',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live expired',
  'command not supported',
  'address type not supported',
];

/**
 * Asks a SOCKS5 proxy (RFC 1928, RFC 1929) for a way to the target, whose name the proxy looks up. Rejects if no answer
 * can be understood or the signal is aborted; the socket must be destroyed after everything but `open`.
 */
export async function askSocks5(
  socket: Socket,
  target: { readonly host: string; readonly port: number },
  credentials: ProxyCredentials | null,
  signal: AbortSignal,
): Promise<SocksAnswer> {
  const reader = new ByteReader(socket, signal);
  const offered = credentials === null ? [noSignIn] : [noSignIn, byPassword];
  socket.write(Buffer.from([version, offered.length, ...offered]));
  const [answeredVersion, method = 0xff] = await reader.read(2);
  if (answeredVersion !== version) throw new Error('the proxy does not speak SOCKS5');
  if (!offered.includes(method))
    return {
      kind: 'auth-needed',
      reason: credentials === null ? 'it wants a sign-in' : 'it does not take a name and a password',
    };
  if (method === byPassword && credentials !== null) {
    socket.write(Buffer.concat([Buffer.from([1]), text(credentials.user), text(credentials.password)]));
    const [, status] = await reader.read(2);
    if (status !== 0) return { kind: 'auth-needed', reason: 'it did not take the name and the password' };
  }
  const port = Buffer.alloc(2);
  port.writeUInt16BE(target.port);
  socket.write(Buffer.concat([Buffer.from([version, 1, 0]), addressOf(target.host), port]));
  const [, reply = 1, , kind = 1] = await reader.read(4);
  if (reply !== 0) return { kind: 'refused', reason: replies[reply] ?? `reply ${reply}` };
  // The address that the proxy connected from: of no use, but it stands before the first byte of the target.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await reader.read(1))[0] ?? 0);
  await reader.read(length + 2);
  return { kind: 'open' };
}

/** One byte of length, then the text. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length > 255) throw new Error('a name or a password is too long for SOCKS5');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function addressOf(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([1, ...host.split('.').map(Number)]);
  if (isIPv6(host)) return Buffer.concat([Buffer.from([4]), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.from([3]), text(host)]);
}

/** `URL` brings every way of writing an IPv6 address into the one with at most one `::` and no dotted part. */
function ipv6Bytes(address: string): Buffer {
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
