import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process started, in a form that only compares with itself: with the pid it names one process for good, since
 * pids are used again. Null if there is no such process, or this platform cannot tell.
 */
export async function startOf(pid: number, platform: NodeJS.Platform): Promise<string | null> {
  try {
    if (platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
      // The program's name, in brackets, may hold spaces; start time is the 20th field after it.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
    }
    if (platform === 'darwin') {
      const { stdout } = await run('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]);
      return stdout.trim() === '' ? null : stdout.trim();
    }
    return null;
  } catch {
    // No such process.
    return null;
  }
}
