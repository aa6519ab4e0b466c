import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process in namespaces of its own. */
export interface Jail {
  /** Resolves when what was printed since `mark` matches; rejects when the process ends before. */
  waitFor(pattern: RegExp): Promise<void>;
  /** Forgets what was printed so far. */
  mark(): void;
  /** Sends a signal to the program inside. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Kills everything inside; resolves when it is gone, after 3 s at the latest. */
  dispose(): Promise<void>;
}

/** How to start one. */
export interface JailOptions {
  /** Shell lines that run first: mounts, and folders to mount on. */
  readonly setup: readonly string[];
  readonly command: readonly string[];
  readonly hostName: string;
  /** What the program prints is appended here. */
  readonly logFile: string;
}

/** Whether this process may make namespaces and mounts. */
export async function canJail(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await run('unshare', ['-m', '-p', '-u', '--fork', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']);
    return true;
  } catch {
    // Inside some containers even root may not.
    return false;
  }
}

/** A text as one word of a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A port of 127.0.0.1 that is free now. Another program may take it before it is used: callers try again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Shell lines that put private account files and homes in place of the machine's, for this jail only. */
export function accountMounts(folder: string): string[] {
  return [
    ...['passwd', 'shadow', 'group'].map((name) => `mount --bind ${quote(`${folder}/${name}`)} /etc/${name}`),
    // Last: the folder itself may lie under /home.
    `mount --bind ${quote(`${folder}/home`)} /home`,
  ];
}

/**
 * Starts a program in new mount, process and host-name namespaces. All its descendants die with it, and it dies with
 * this process even if that is killed.
 */
export function startJail(options: JailOptions): Jail {
  const script = [`hostname ${quote(options.hostName)}`, ...options.setup, 'exec "$@"'].join(' && ');
  const namespaces = ['unshare', '-m', '-p', '-u', '--fork', '--kill-child=KILL', 'sh', '-c', script, 'sh'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...namespaces, ...options.command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  });
  return watch(child, options.logFile);
}

/** Watches what a started program prints. */
export function watch(child: ChildProcess, logFile: string): Jail {
  const log = createWriteStream(logFile, { flags: 'a' });
  let printed = '';
  let isEnded = false;
  const listeners = new Set<() => void>();
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      isEnded = true;
      for (const listener of listeners) listener();
      resolve();
    };
    child.once('close', end);
    child.once('error', end);
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log.write(chunk);
      // Only the recent past is searched.
      printed = (printed + chunk.toString('utf8')).slice(-16_384);
      for (const listener of listeners) listener();
    });
  }
  return {
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const hit = pattern.exec(printed);
          if (hit) {
            listeners.delete(check);
            resolve();
          } else if (isEnded) {
            listeners.delete(check);
            reject(new Error(`The program ended: ${printed.trim().slice(-500)}`));
          }
        };
        listeners.add(check);
        check();
      }),
    mark() {
      printed = '';
    },
    async signal(name) {
      const pid = await innermost(child.pid ?? 0);
      if (pid > 0) process.kill(pid, name);
    },
    async dispose() {
      // The inner process first: `unshare` then reaps it, and leaves nothing for whoever inherits orphans.
      const inner = await innermost(child.pid ?? 0);
      if (!isEnded && inner > 0) process.kill(inner, 'SIGKILL');
      else if (!isEnded) child.kill('SIGKILL');
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, 3000);
      });
      await Promise.race([gone, limit]);
      clearTimeout(timer);
      await new Promise<void>((resolve) => log.end(() => resolve()));
    },
  };
}

/** `unshare` waits in front of the program; a signal is for its child. */
async function innermost(pid: number): Promise<number> {
  try {
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
    if (name !== 'unshare') return pid;
    const [inner] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    return Number(inner ?? 0);
  } catch {
    // It has ended.
    return 0;
  }
}
