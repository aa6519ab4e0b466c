import { checkWithLsof, checkWithNetstat } from './peer-programs.ts';
import {
  findRows,
  kernelAddress,
  type ReadTable,
  readKernelTable,
  type TableName,
  type TableRow,
} from './peer-table.ts';

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

/** What the row of a connection says of its program. A peer that is gone shows uid 0 and inode 0: that is not root. */
export function judgeRow(row: TableRow | null, uid: number): PeerVerdict {
  if (row === null) return { kind: 'other', reason: 'the program is gone or cannot be seen', uid: null };
  if (row.inode === 0) return { kind: 'other', reason: 'the program has closed its socket', uid: null };
  if (row.uid !== uid)
    return { kind: 'other', reason: `the program runs as user id ${row.uid}`, uid: row.uid };
  return { kind: 'same-user' };
}

interface Pending {
  /** Both ends as the row of the program's socket has them. */
  readonly ends: string;
  readonly resolve: (verdict: PeerVerdict) => void;
}

/** Programs that dial from a socket of both families stand in the other table, which many systems do not have. */
const tables: readonly TableName[] = ['tcp', 'tcp6'];

/**
 * Asks the kernel who connected. With thousands of connections its table takes milliseconds to read, so one reading, begun
 * after the last of them was accepted, answers all that wait.
 */
export class PeerChecker {
  private readonly platform: NodeJS.Platform;
  private readonly uid: number;
  private readonly readTable: ReadTable;
  private pending: Pending[] = [];
  private isReading = false;

  constructor(platform: NodeJS.Platform, uid: number, readTable: ReadTable = readKernelTable) {
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
        ends: `${kernelAddress(remoteAddress, remotePort)} ${kernelAddress(localAddress, localPort)}`,
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
      const asked = new Map<string, Pending[]>();
      for (const each of this.pending) asked.set(each.ends, [...(asked.get(each.ends) ?? []), each]);
      this.pending = [];
      await this.answer(asked);
    }
    this.isReading = false;
  }

  /** Answers all that are asked for. A row can be missed while others before it go: nobody is turned away after one look. */
  private async answer(asked: Map<string, Pending[]>): Promise<void> {
    let isUnreadable = false;
    for (const name of [...tables, ...tables]) {
      const take = findRows(
        (ends) => asked.has(ends),
        (ends, row) => {
          for (const { resolve } of asked.get(ends) ?? []) resolve(judgeRow(row, this.uid));
          asked.delete(ends);
        },
      );
      const look = (text: string) => {
        take(text);
        return asked.size === 0 ? 'enough' : 'more';
      };
      const isRead = await this.readTable(name, look).then(
        () => true,
        () => false,
      );
      if (asked.size === 0) return;
      if (!isRead && name === 'tcp') {
        isUnreadable = true;
        break;
      }
    }
    for (const { resolve } of [...asked.values()].flat()) {
      resolve(
        isUnreadable
          ? { kind: 'other', reason: 'the table of connections cannot be read', uid: null }
          : judgeRow(null, this.uid),
      );
    }
  }
}
