import { open } from 'node:fs/promises';

/** The kernel's tables of TCP connections, in the order in which they are looked at. */
export type TableName = 'tcp' | 'tcp6';

/** Who owns a socket; `inode` 0: nobody any more. */
export interface TableRow {
  readonly uid: number;
  readonly inode: number;
}

/** Hands over a table piece by piece until `take` has seen enough. Rejects where it cannot be read. */
export type ReadTable = (name: TableName, take: (text: string) => 'more' | 'enough') => Promise<void>;

/**
 * The kernel walks through all of its buckets (hundreds of thousands, milliseconds) for a piece that it cannot fill: small
 * pieces let a reader stop at the row it looks for, large ones are quicker where there are many rows.
 */
const smallPieceBytes = 1024;
const largePieceBytes = 4096;
const smallPieces = 32;

/** Reads `/proc/net/…` by the thread pool: a walk through it must not hold up the connections of this thread. */
export const readKernelTable: ReadTable = async (name, take) => {
  const file = await open(`/proc/net/${name}`);
  try {
    const buffer = Buffer.allocUnsafe(largePieceBytes);
    for (let pieces = 0; ; pieces += 1) {
      const length = pieces < smallPieces ? smallPieceBytes : largePieceBytes;
      const { bytesRead } = await file.read(buffer, 0, length, null);
      if (bytesRead === 0 || take(buffer.toString('latin1', 0, bytesRead)) === 'enough') return;
    }
  } finally {
    await file.close();
  }
};

/** `127.0.0.1:22` as the kernel prints it: the address as one host-order word in hex, the port in hex. */
export function kernelAddress(address: string, port: number): string {
  const bytes = address
    .replace(/^::ffff:/, '')
    .split('.')
    .map(Number);
  const word = bytes.toReversed().map((byte) => byte.toString(16).padStart(2, '0'));
  return `${word.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

/** What stands before an IPv4 address in the table of the other family. */
const mappedPrefix = '0000000000000000FFFF0000';

/** Both ends of a row's connection, its own first, as {@link kernelAddress} writes them and a blank between. */
function endsOf(line: string): string {
  const start = line.indexOf(': ') + 2;
  const middle = line.indexOf(' ', start);
  const local = line.slice(start, middle);
  const remote = line.slice(middle + 1, line.indexOf(' ', middle + 1));
  return local.startsWith(mappedPrefix) && remote.startsWith(mappedPrefix)
    ? `${local.slice(mappedPrefix.length)} ${remote.slice(mappedPrefix.length)}`
    : `${local} ${remote}`;
}

function rowOf(line: string): TableRow {
  const fields = line.trim().split(/\s+/);
  return { uid: Number(fields[7]), inode: Number(fields[9]) };
}

/** Finds rows in a table that comes in pieces; gives back what takes the pieces. `onRow` sees those whose ends are wanted. */
export function findRows(
  isWanted: (ends: string) => boolean,
  onRow: (ends: string, row: TableRow) => void,
): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const ends = endsOf(line);
      if (isWanted(ends)) onRow(ends, rowOf(line));
    }
  };
}
