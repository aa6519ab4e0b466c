import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a program did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a code other than 0 is no error here. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env };
    const child = execFile(command, [...args], { env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error && typeof error.code === 'string') {
        reject(
          new Error(
            `${command} is missing: apt-get install openssh-client openssh-server xrdp xorgxrdp freerdp2-x11 xvfb`,
          ),
        );
        return;
      }
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
    // A program that ends at once does not read what it is given.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** The system's ssh, asked without a terminal. */
export interface SshTools {
  readonly folder: string;
  ssh(port: number, user: string, command: readonly string[], more?: readonly string[]): Promise<Outcome>;
  sftp(port: number, user: string, batch: string): Promise<Outcome>;
  dispose(): Promise<void>;
}

/** Programs that answer every password prompt with `password`. */
export async function sshTools(password: string): Promise<SshTools> {
  const folder = await mkdtemp(join(tmpdir(), 'ssh-tools-'));
  const askpass = join(folder, 'askpass');
  await writeFile(askpass, `#!/bin/sh\nprintf '%s\\n' '${password}'\n`, { mode: 0o700 });
  const env = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
  const settings = {
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    NumberOfPasswordPrompts: '1',
    LogLevel: 'ERROR',
    IdentityAgent: 'none',
  };
  const options = [
    '-F',
    'none',
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
  return {
    folder,
    ssh: (port, user, command, more = []) =>
      runProgram('ssh', [...options, ...more, '-p', String(port), '-l', user, '127.0.0.1', ...command], {
        env,
      }),
    async sftp(port, user, batch) {
      const file = join(folder, 'batch');
      await writeFile(file, batch);
      // A batch file alone would forbid to ask for the password.
      return runProgram(
        'sftp',
        [...options, '-o', 'BatchMode=no', '-b', file, '-P', String(port), `${user}@127.0.0.1`],
        { env },
      );
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
