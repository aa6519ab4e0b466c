import { createHash, randomBytes } from 'node:crypto';
import { type AppError, appError } from '../../shared/errors.ts';

/** What a WebSocket is asked for. */
export interface UpgradeRequest {
  /** `host` or `host:port`, as the Host header has it. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
}

/** What the answer to an upgrade came to. */
export type UpgradeAnswer =
  | { readonly kind: 'incomplete' }
  /** The stream begins at `bodyAt`. */
  | { readonly kind: 'accepted'; readonly bodyAt: number }
  | { readonly kind: 'refused'; readonly error: AppError };

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const longestHead = 16 * 1024;

/** A key for one handshake. */
export function makeUpgradeKey(): string {
  return randomBytes(16).toString('base64');
}

/**
 * The request as the reference client sends it: no extensions, no subprotocol, no Authorization. `Origin` is what the
 * service's own page would send.
 */
export function upgradeRequestText({ authority, path }: UpgradeRequest, key: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${authority}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Origin: https://${authority}`,
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    '',
    '',
  ].join('\r\n');
}

/** Reads what has come so far of the answer. */
export function readUpgradeAnswer(received: Buffer, key: string): UpgradeAnswer {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) {
    return received.length > longestHead
      ? refused('the head of the answer is too long')
      : { kind: 'incomplete' };
  }
  const [statusLine = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return refused('the answer is no HTTP');
  if (status !== '101') return refused(`the upgrade was answered with status ${status}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  // Real services have been seen to leave these out; a new try usually mends it.
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket')
    return refused('a 101 without Upgrade: websocket');
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(headers.get('connection') ?? ''))
    return refused('a 101 without Connection: Upgrade');
  const wanted = createHash('sha1').update(`${key}${guid}`).digest('base64');
  if (headers.get('sec-websocket-accept') !== wanted)
    return refused('a 101 with a wrong Sec-WebSocket-Accept');
  if (headers.has('sec-websocket-extensions') || headers.has('sec-websocket-protocol'))
    return refused('a 101 with an extension that was not asked for');
  return { kind: 'accepted', bodyAt: end + 4 };
}

function refused(detail: string): UpgradeAnswer {
  return { kind: 'refused', error: appError('websocket-refused', { detail }) };
}
