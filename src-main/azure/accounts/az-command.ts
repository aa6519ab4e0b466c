import { access } from 'node:fs/promises';
import { constants } from 'node:fs';
import { posix, win32 } from 'node:path';

/** How to start the Azure CLI on this system. */
export interface AzCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Windows: the arguments are one finished command line, not to be quoted again. */
  readonly isVerbatim: boolean;
}

interface Place {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where `az` may be, by PATH. Never the current folder. */
function azPaths({ platform, env }: Place): readonly string[] {
  if (platform === 'win32') {
    // Windows looks its names up without regard to case.
    const name = Object.keys(env).find((key) => key.toLowerCase() === 'path') ?? 'PATH';
    const folders = (env[name] ?? '').split(';').map((folder) => folder.replaceAll('"', ''));
    return folders.filter((folder) => win32.isAbsolute(folder)).map((folder) => win32.join(folder, 'az.cmd'));
  }
  const folders = (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(':');
  // A program that was started from macOS's Finder has a short PATH, without Homebrew's folder.
  const more = platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : [];
  return [...folders, ...more]
    .filter((folder) => posix.isAbsolute(folder))
    .map((folder) => posix.join(folder, 'az'));
}

/** The path of the Azure CLI, or null if it is not installed. */
export async function findAz(place: Place): Promise<string | null> {
  for (const path of azPaths(place)) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false, // not there, or not executable: the next one
    );
    if (isThere && isSafePath(path, place.platform)) return path;
  }
  return null;
}

/** `cmd.exe` replaces %NAME% even between quotes, so a path with a percent sign cannot be started. */
function isSafePath(path: string, platform: NodeJS.Platform): boolean {
  return platform !== 'win32' || !/["%!\r\n]/.test(path);
}

/** Words, ids and addresses: none of these characters means anything to a shell. The CLI is given nothing else. */
export function isPlainArgument(arg: string): boolean {
  return /^[A-Za-z0-9_.:/-]+$/.test(arg);
}

/**
 * The command for some arguments. On Windows `az` is a batch file, which only `cmd.exe` can start: its path is quoted, and
 * the arguments need no quotes since they may hold plain characters only.
 */
export function azCommand(path: string, args: readonly string[], { platform, env }: Place): AzCommand {
  const wrong = args.find((arg) => !isPlainArgument(arg));
  if (wrong !== undefined) throw new Error(`not a plain argument: ${wrong}`);
  if (platform !== 'win32') return { file: path, args, isVerbatim: false };
  const shell = win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'cmd.exe');
  // /s takes away the outermost quotes and keeps the inner ones.
  return { file: shell, args: ['/d', '/s', '/c', `""${path}" ${args.join(' ')}"`], isVerbatim: true };
}
