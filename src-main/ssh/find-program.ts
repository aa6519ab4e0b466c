import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { posix, win32 } from 'node:path';

interface Place {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where a program may be: on Windows in the places the system installs it to, elsewhere in PATH. */
export function candidatePaths(program: string, { platform, env }: Place): readonly string[] {
  if (platform === 'win32') {
    const system = env['SystemRoot'] ?? 'C:\\Windows';
    if (program === 'mstsc') return [win32.join(system, 'System32', 'mstsc.exe')];
    return [
      win32.join(system, 'System32', 'OpenSSH', `${program}.exe`),
      win32.join(env['ProgramFiles'] ?? 'C:\\Program Files', 'OpenSSH', `${program}.exe`),
    ];
  }
  const folders = (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
    .split(':')
    .filter((folder) => folder.startsWith('/'));
  return folders.map((folder) => posix.join(folder, program));
}

/** The first candidate that may be executed, or null. */
export async function findProgram(program: string, place: Place): Promise<string | null> {
  for (const path of candidatePaths(program, place)) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false, // not there, or not executable: the next one
    );
    if (isThere) return path;
  }
  return null;
}
