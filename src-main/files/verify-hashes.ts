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

/** How long the other side may take to read this much: a slow disk gives 5 MB/s. */
export function hashTimeoutMs(totalBytes: number): number {
  return 30_000 + totalBytes / 5_000;
}

/** The longest answer that is honest: a hash and an escaped name for each file, and some words of a login script. */
function longestAnswer(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + Buffer.byteLength(path) * 2 + 80, 16_384);
}

/**
 * Runs `sha256sum` for absolute remote paths through a given `ssh` call. The other side is not trusted to end: an
 * answer that is too long or takes longer than `timeoutMs` is `unavailable`, and the call is ended.
 */
export function hashRemoteFiles(
  program: string,
  args: readonly string[],
  paths: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RemoteHashes> {
  if (paths.length === 0) return Promise.resolve({ kind: 'hashes', hashes: [] });
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], signal, windowsHide: true });
    const maximumLength = longestAnswer(paths);
    let output = '';
    const settle = (answer: RemoteHashes) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const giveUp = () => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      output = '';
      settle({ kind: 'unavailable' });
    };
    const timer = setTimeout(giveUp, timeoutMs);
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      output += chunk;
      if (output.length > maximumLength) giveUp();
    });
    child.on('error', () => settle({ kind: 'unavailable' }));
    child.stdin.on('error', () => undefined); // the other side has no sha256sum: its exit says so
    child.on('close', () => settle(readHashes(output, paths)));
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
