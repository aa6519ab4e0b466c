import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { PeerVerdict } from './peer-check.ts';

// Where the system's table of connections cannot be read as a file, its own programs read it. Slower than a file, but it runs
// while the service answers the token call.

/** Runs a program; its standard output. Rejects if it fails or takes too long. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const programTimeoutMs = 5_000;

export const runProgram: RunProgram = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(program, [...args], { timeout: programTimeoutMs, windowsHide: true }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });

/** `127.0.0.1:50000`: one end of a connection. */
type End = string;

function other(reason: string): PeerVerdict {
  return { kind: 'other', reason, uid: null };
}

/**
 * macOS: `lsof` lists the sockets of the processes of one user. What it does not list is somebody else's, or gone.
 * A user who is not root sees no others' sockets anyway.
 */
export async function checkWithLsof(
  peer: End,
  own: End,
  uid: number,
  run: RunProgram = runProgram,
  program = '/usr/sbin/lsof',
): Promise<PeerVerdict> {
  const port = peer.slice(peer.lastIndexOf(':') + 1);
  try {
    const listed = await run(program, [
      '-nP',
      '-a',
      '-u',
      String(uid),
      `-iTCP:${port}`,
      '-sTCP:ESTABLISHED',
      '-Fn',
    ]);
    return listed.split('\n').includes(`n${peer}->${own}`)
      ? { kind: 'same-user' }
      : other('the program runs as another user, or is gone');
  } catch {
    // It also fails where nothing was found.
    return other('the program runs as another user, or cannot be seen');
  }
}

/** The process that has this end of the connection, in the words of `netstat -ano`; null: none. */
export function findProcess(netstat: string, peer: End, own: End): number | null {
  for (const line of netstat.split(/\r?\n/)) {
    const [protocol, local, remote, , pid] = line.trim().split(/\s+/);
    if (protocol === 'TCP' && local === peer && remote === own && /^\d+$/.test(pid ?? '')) return Number(pid);
  }
  return null;
}

/** The user of the one process in `tasklist /V /FO CSV /NH`; null if it is not told, as for processes of others. */
export function readProcessUser(csv: string): string | null {
  const fields = [...csv.matchAll(/"((?:[^"]|"")*)"(?:,|\r?$)/gm)].map((match) => match[1] ?? '');
  const user = fields[6] ?? '';
  return user.includes('\\') ? user.toLowerCase() : null;
}

/** Windows: `netstat` tells the process of a connection, `tasklist` its user, `whoami` ours. */
export async function checkWithNetstat(
  peer: End,
  own: End,
  systemRoot: string,
  run: RunProgram = runProgram,
): Promise<PeerVerdict> {
  const program = (name: string) => join(systemRoot, 'System32', name);
  try {
    const [connections, ourselves] = await Promise.all([
      run(program('netstat.exe'), ['-ano', '-p', 'TCP']),
      run(program('whoami.exe'), []),
    ]);
    const pid = findProcess(connections, peer, own);
    if (pid === null) return other('the program is gone or cannot be seen');
    const processes = await run(program('tasklist.exe'), ['/FI', `PID eq ${pid}`, '/V', '/FO', 'CSV', '/NH']);
    const user = readProcessUser(processes);
    if (user === null) return other('the user of the program cannot be read');
    return user === ourselves.trim().toLowerCase()
      ? { kind: 'same-user' }
      : other('the program runs as another user');
  } catch {
    return other('the table of connections cannot be read');
  }
}
