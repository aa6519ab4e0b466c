import { spawn } from 'node:child_process';

/** What `sha256sum` said of some files: their hashes in order, or that it could not be asked. */
export type RemoteHashes =
  | { readonly kind: 'hashes'; readonly hashes: readonly (string | null)[] }
  | { readonly kind: 'unavailable' };

/**
 * The command for the other side: names come NUL-separated on standard input, so that no name needs quoting.
 * A missing program ends with 127 and is not an error of the upload.
 */
export const hashCommand = 'command -v sha256sum >/dev/null && exec xargs -0 sha256sum --';

/** Runs `sha256sum` for absolute remote paths through a given `ssh` call. */
export function hashRemoteFiles(
  program: string,
  args: readonly string[],
  paths: readonly string[],
  signal: AbortSignal,
): Promise<RemoteHashes> {
  if (paths.length === 0) return Promise.resolve({ kind: 'hashes', hashes: [] });
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], signal, windowsHide: true });
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      output += chunk;
    });
    child.on('error', () => resolve({ kind: 'unavailable' }));
    child.stdin.on('error', () => undefined); // the other side has no sha256sum: its exit says so
    child.on('close', () => resolve(readHashes(output, paths)));
    child.stdin.end(`${paths.join('\0')}\0`);
  });
}

/** `sha256sum` prints `hash  name`, with a backslash in front where it had to escape the name. */
export function readHashes(output: string, paths: readonly string[]): RemoteHashes {
  const byName = new Map<string, string>();
  for (const line of output.split('\n')) {
    const match = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match === null) continue;
    const [, escape = '', hash = '', name = ''] = match;
    byName.set(escape === '' ? name : unescapeName(name), hash);
  }
  if (byName.size === 0) return { kind: 'unavailable' };
  return { kind: 'hashes', hashes: paths.map((path) => byName.get(path) ?? null) };
}

function unescapeName(name: string): string {
  return name.replaceAll(/\\([\\nr])/g, (_match, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  );
}
