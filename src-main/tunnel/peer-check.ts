import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Whether the program at the other end of an accepted local connection runs as this user. */
export type PeerVerdict =
  | { readonly kind: 'same-user' }
  | { readonly kind: 'other'; readonly reason: string }
  /** This platform has no table that is read here; the listener's mode alone guards it. */
  | { readonly kind: 'not-checked' };

/** One row of `/proc/net/tcp`: who owns the socket with this local and remote end. */
interface Row {
  readonly uid: number;
  readonly inode: number;
}

/** `127.0.0.1:22` as the kernel prints it: the address as one host-order word in hex, the port in hex. */
export function kernelAddress(address: string, port: number): string {
  const bytes = address.split('.').map(Number);
  const word = bytes.toReversed().map((byte) => byte.toString(16).padStart(2, '0'));
  return `${word.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

/** Finds the row whose local end is `local` and whose remote end is `remote`. In tcp6 an IPv4 peer is `::ffff:…`. */
export function findRow(table: string, local: string, remote: string): Row | null {
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, from = '', to = ''] = fields;
    if (from.slice(-local.length) === local && to.slice(-remote.length) === remote) {
      return { uid: Number(fields[7]), inode: Number(fields[9]) };
    }
  }
  return null;
}

/** What the row of a connection says of its program. A peer that is gone shows uid 0 and inode 0: that is not root. */
export function judgeRow(row: Row | null, uid: number): PeerVerdict {
  if (row === null) return { kind: 'other', reason: 'the program is gone or cannot be seen' };
  if (row.inode === 0) return { kind: 'other', reason: 'the program has closed its socket' };
  if (row.uid !== uid) return { kind: 'other', reason: `the program runs as user id ${row.uid}` };
  return { kind: 'same-user' };
}

/**
 * Asks the kernel who connected. A peer that is gone shows uid 0 and inode 0, so a match needs a living socket:
 * what cannot be read is not trusted.
 */
export async function checkPeer(
  socket: Socket,
  platform: NodeJS.Platform,
  uid: number,
): Promise<PeerVerdict> {
  if (platform !== 'linux') return { kind: 'not-checked' };
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
  const peer = kernelAddress(remoteAddress.replace(/^::ffff:/, ''), remotePort);
  const own = kernelAddress(localAddress.replace(/^::ffff:/, ''), localPort);
  try {
    const tables = await Promise.all([
      readFile('/proc/net/tcp', 'latin1'),
      readFile('/proc/net/tcp6', 'latin1').catch(() => ''), // absent where IPv6 is switched off
    ]);
    const row = tables.map((table) => findRow(table, peer, own)).find((found) => found !== null);
    return judgeRow(row ?? null, uid);
  } catch {
    return { kind: 'other', reason: 'the table of connections cannot be read' };
  }
}
