import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EstateTarget } from '../estate/schema.ts';
import { type Account, writeAccounts } from './accounts.ts';
import { accountMounts, freePort, type Jail, quote, startJail, watch } from './jail.ts';

const run = promisify(execFile);
const program = '/usr/sbin/sshd';
const startTries = 3;

/** An estate's SSH target. */
export type SshTarget = Extract<EstateTarget, { kind: 'ssh' | 'sshd' | 'ssh2' }>;

/** A running SSH server. */
export interface SshServer {
  readonly kind: 'sshd' | 'ssh2';
  readonly port: number;
  readonly logFile: string;
  /** Home folders by user, as seen from outside. */
  readonly homes: Readonly<Record<string, string>>;
  /** `SHA256:…` of the host key. */
  hostKeyFingerprint(): string;
  /** Line for a known-hosts file, without the host. */
  hostKeyLine(): string;
  /** Makes a new host key; connections made after this see it. */
  rotateHostKey(): Promise<void>;
  dispose(): Promise<void>;
}

/** Whether sshd is installed. */
export async function hasSshd(): Promise<boolean> {
  try {
    await access(program);
    return true;
  } catch {
    return false;
  }
}

interface HostKey {
  readonly fingerprint: string;
  readonly line: string;
}

async function makeHostKey(file: string): Promise<HostKey> {
  await rm(file, { force: true });
  await rm(`${file}.pub`, { force: true });
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'emulated', '-f', file]);
  const { stdout } = await run('ssh-keygen', ['-l', '-f', `${file}.pub`]);
  const line = (await readFile(`${file}.pub`, 'utf8')).trim().split(' ').slice(0, 2).join(' ');
  return { fingerprint: stdout.split(' ')[1] ?? '', line };
}

/** Starts a program that dies with this process, where the system can promise that. */
function spawnBound(command: readonly string[]): ChildProcess {
  const [file = '', ...args] =
    process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command;
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function config(
  target: SshTarget,
  port: number,
  at: string,
  isJailed: boolean,
  users: readonly string[],
): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at}/host_key`,
    'PidFile none',
    'LogLevel VERBOSE',
    // Only keyboard-interactive needs PAM; without it a login is faster and asks the private shadow file alone.
    `UsePAM ${target.keyboardInteractive && isJailed ? 'yes' : 'no'}`,
    `PasswordAuthentication ${target.passwordAuthentication && isJailed ? 'yes' : 'no'}`,
    `KbdInteractiveAuthentication ${target.keyboardInteractive ? 'yes' : 'no'}`,
    'PubkeyAuthentication yes',
    'PermitRootLogin no',
    // The copied account files also hold the machine's own users.
    `AllowUsers ${users.map((name) => name.replaceAll('@', '?')).join(' ')}`,
    `AuthorizedKeysFile ${isJailed ? '.ssh/authorized_keys' : `${at}/authorized_keys`}`,
    `StrictModes ${isJailed ? 'yes' : 'no'}`,
    ...(target.trustCertificates ? [`TrustedUserCAKeys ${at}/user_ca.pub`] : []),
    ...(target.banner === undefined ? [] : [`Banner ${at}/banner`]),
    'PrintMotd no',
    'PrintLastLog no',
    'X11Forwarding no',
    'UseDNS no',
    'MaxStartups 200',
    'MaxSessions 100',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

/**
 * Starts a real sshd on a free port of 127.0.0.1. As root it runs in a jail with private accounts; else as the current
 * user, by key only. Rejects with what sshd printed if it does not start.
 */
export async function startSshd(input: {
  readonly target: SshTarget;
  readonly folder: string;
  readonly hostName: string;
  readonly userAuthority: string;
  readonly isJailed: boolean;
}): Promise<SshServer> {
  const { target, folder, isJailed } = input;
  const etc = join(folder, 'etc');
  await mkdir(etc, { recursive: true, mode: 0o755 });
  await chmod(etc, 0o755);
  const keyFile = join(etc, 'host_key');
  const logFile = join(folder, 'sshd.log');
  let hostKey = await makeHostKey(keyFile);
  await writeFile(join(etc, 'user_ca.pub'), `${input.userAuthority}\n`);
  await writeFile(join(etc, 'banner'), `${target.banner ?? ''}\n`);
  const current = userInfo();
  const accounts: readonly Account[] = isJailed
    ? await writeAccounts(folder, target.users)
    : [{ name: current.username, uid: current.uid, home: current.homedir }];
  if (!isJailed) {
    const keys = target.users.flatMap((user) => user.authorizedKeys);
    await writeFile(join(etc, 'authorized_keys'), keys.map((key) => `${key}\n`).join(''), { mode: 0o600 });
  }
  const names = accounts.map((account) => account.name);
  // Inside the jail the folder is seen at a path that no mount hides and whose parents sshd trusts.
  const at = isJailed ? '/run/sshd' : etc;
  const start = async (): Promise<{ jail: Jail; port: number }> => {
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      await writeFile(join(etc, 'sshd_config'), config(target, port, at, isJailed, names));
      const command = [program, '-D', '-e', '-f', `${at}/sshd_config`];
      const jail = isJailed
        ? startJail({
            setup: ['mkdir -p /run/sshd', `mount --bind ${quote(etc)} /run/sshd`, ...accountMounts(folder)],
            command,
            hostName: input.hostName,
            logFile,
          })
        : watch(spawnBound(command), logFile);
      try {
        await jail.waitFor(/Server listening on/);
        return { jail, port };
      } catch (error) {
        await jail.dispose();
        // The port may have been taken since it was found free.
        if (attempt === startTries) throw error;
      }
    }
  };
  const { jail, port } = await start();
  return {
    kind: 'sshd',
    port,
    logFile,
    homes: Object.fromEntries(accounts.map((account) => [account.name, account.home])),
    hostKeyFingerprint: () => hostKey.fingerprint,
    hostKeyLine: () => hostKey.line,
    async rotateHostKey() {
      hostKey = await makeHostKey(keyFile);
      jail.mark();
      const restarted = jail.waitFor(/Received SIGHUP; restarting[\s\S]*Server listening on/);
      await jail.signal('SIGHUP');
      await restarted;
    },
    dispose: () => jail.dispose(),
  };
}
