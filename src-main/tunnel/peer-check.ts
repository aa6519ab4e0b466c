import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { checkWithLsof, checkWithNetstat } from './peer-programs.ts';

/** The two ends of an accepted connection. */
export interface SocketEnds {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** Whether the program at the other end of an accepted local connection runs as this user. */
export type PeerVerdict =
  | { readonly kind: 'same-user' }
  /** `uid`: null where it cannot be read. */
  | { readonly kind: 'other'; readonly reason: string; readonly uid: number | null }
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
  // Both columns stand side by side; the first is preceded by a blank in tcp and by the rest of the address in tcp6.
  for (let at = table.indexOf(local); at !== -1; at = table.indexOf(local, at + 1)) {
    const lineEnd = table.indexOf('\n', at);
    const line = table.slice(table.lastIndexOf('\n', at) + 1, lineEnd === -1 ? undefined : lineEnd);
    const fields = line.trim().split(/\s+/);
    const [, from = '', to = ''] = fields;
    if (from.endsWith(local) && to.endsWith(remote))
      return { uid: Number(fields[7]), inode: Number(fields[9]) };
  }
  return null;
}

/** What the row of a connection says of its program. A peer that is gone shows uid 0 and inode 0: that is not root. */
export function judgeRow(row: Row | null, uid: number): PeerVerdict {
  if (row === null) return { kind: 'other', reason: 'the program is gone or cannot be seen', uid: null };
  if (row.inode === 0) return { kind: 'other', reason: 'the program has closed its socket', uid: null };
  if (row.uid !== uid)
    return { kind: 'other', reason: `the program runs as user id ${row.uid}`, uid: row.uid };
  return { kind: 'same-user' };
}

interface Pending {
  readonly peer: string;
  readonly own: string;
  readonly resolve: (verdict: PeerVerdict) => void;
}

/** The kernel's tables, in the order in which they are looked at. */
type TableName = 'tcp' | 'tcp6';

/** A table up to this size is read in one go: the thread waits 1–2 ms, where page after page by the thread pool takes 5–8. */
const smallTableBytes = 64 * 1024;
const tableSizes = new Map<TableName, number>();

/** Rejects where a table cannot be read. A large one is read beside other work. */
async function readKernelTable(name: TableName): Promise<string> {
  const path = `/proc/net/${name}`;
  const isSmall = (tableSizes.get(name) ?? smallTableBytes) < smallTableBytes;
  const table = isSmall ? readFileSync(path, 'latin1') : await readFile(path, 'latin1');
  tableSizes.set(name, table.length);
  return table;
}

/**
 * Asks the kernel who connected. With thousands of connections its table takes milliseconds to read, so one reading, begun
 * after the last of them was accepted, answers all that wait.
 */
export class PeerChecker {
  private readonly platform: NodeJS.Platform;
  private readonly uid: number;
  private readonly readTable: (name: TableName) => Promise<string>;
  private pending: Pending[] = [];
  private isReading = false;

  constructor(platform: NodeJS.Platform, uid: number, readTable = readKernelTable) {
    this.platform = platform;
    this.uid = uid;
    this.readTable = readTable;
  }

  check(ends: SocketEnds): Promise<PeerVerdict> {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = ends;
    if (this.platform !== 'linux') {
      return this.askProgram(`${remoteAddress}:${remotePort}`, `${localAddress}:${localPort}`);
    }
    return new Promise((resolve) => {
      this.pending.push({
        peer: kernelAddress(remoteAddress.replace(/^::ffff:/, ''), remotePort),
        own: kernelAddress(localAddress.replace(/^::ffff:/, ''), localPort),
        resolve,
      });
      if (!this.isReading) void this.read();
    });
  }

  /** One look at a time is no help here: the programs answer for single connections. */
  private askProgram(peer: string, own: string): Promise<PeerVerdict> {
    if (this.platform === 'darwin') return checkWithLsof(peer, own, this.uid);
    if (this.platform === 'win32') {
      return checkWithNetstat(peer, own, process.env['SystemRoot'] ?? 'C:\\Windows');
    }
    return Promise.resolve({ kind: 'not-checked' });
  }

  private async read(): Promise<void> {
    this.isReading = true;
    while (this.pending.length > 0) {
      const asked = this.pending;
      this.pending = [];
      const ipv4 = await this.readTable('tcp').catch(() => null);
      if (ipv4 === null) {
        const unreadable = 'the table of connections cannot be read';
        for (const { resolve } of asked) resolve({ kind: 'other', reason: unreadable, uid: null });
        continue;
      }
      const unseen = asked.filter(({ peer, own, resolve }) => {
        const row = findRow(ipv4, peer, own);
        if (row !== null) resolve(judgeRow(row, this.uid));
        return row === null;
      });
      if (unseen.length === 0) continue;
      // Programs that dial from a socket of both families stand in the other table, which many systems do not have.
      const ipv6 = await this.readTable('tcp6').catch(() => '');
      for (const { peer, own, resolve } of unseen) resolve(judgeRow(findRow(ipv6, peer, own), this.uid));
    }
    this.isReading = false;
  }
}
