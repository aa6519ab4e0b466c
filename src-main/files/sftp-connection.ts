import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { controlArguments, sftpArguments } from '../ssh/ssh-arguments.ts';
import { type PreparedSsh, preferTunnelError, type SshLauncher, type SshPlan } from '../ssh/ssh-launcher.ts';
import { explainFailure } from '../ssh/ssh-log.ts';
import type { RunFolder } from '../sweep/run-folder.ts';
import { SftpClient } from './sftp-client.ts';
import { hashCommand, hashRemoteFiles, hashTimeoutMs, type RemoteHashes } from './verify-hashes.ts';

/** An SFTP session over a connection of its own, so that a transfer never slows the terminal's keystrokes. */
export interface SftpConnection {
  readonly sftp: SftpClient;
  /** Asks the machine for the hashes of files, over the same connection where the system can share it. */
  readonly hashFiles: (
    paths: readonly string[],
    totalBytes: number,
    signal: AbortSignal,
  ) => Promise<RemoteHashes>;
  readonly dispose: () => Promise<void>;
}

interface Needs {
  readonly launcher: Pick<SshLauncher, 'prepare'>;
  readonly runFolder: RunFolder;
  readonly platform: NodeJS.Platform;
}

/** How long `ssh` may take to end by itself before it is killed. */
const endTimeoutMs = 3_000;

/** How long a cancelled transfer may take to tidy up on the machine. */
const tidyTimeoutMs = 5_000;

/** Opens SFTP to a machine with the sign-in of its session. Questions appear in the trust window. */
export async function openSftp(
  needs: Needs,
  id: string,
  plan: SshPlan,
  signal: AbortSignal,
): Promise<Result<SftpConnection>> {
  const { runFolder } = needs;
  let tunnelError: AppError | null = null;
  // Ends `ssh` before its helper answers: a refused question would be an empty password, which is a failed sign-in.
  const refusal = new AbortController();
  const prepared = await needs.launcher.prepare(
    'files',
    id,
    plan,
    {
      onTunnel: (event) => {
        if (event.kind === 'failed' || event.kind === 'closed') tunnelError ??= event.error;
      },
      onAuthenticated: () => undefined,
      onCancelled: () => refusal.abort(),
    },
    signal,
  );
  if (!prepared.ok) return prepared;
  const isCancelled = () => signal.aborted || refusal.signal.aborted;
  const { log } = prepared.value;
  let control: string | null = null;
  let ssh: SftpProcess | null = null;
  const dispose = async () => {
    try {
      await ssh?.end();
      await ssh?.forgetIn(runFolder);
      if (control !== null) await runFolder.removeSocketFolder(control);
    } finally {
      await prepared.value.dispose();
    }
  };
  try {
    // Windows' `ssh` has no control connection.
    control = needs.platform === 'win32' ? null : await runFolder.makeSocketFolder();
    if (isCancelled()) throw new Error('cancelled');
    ssh = new SftpProcess(prepared.value, control, signal, refusal.signal);
    // Together: an `ssh` that ends at once must not end unheard.
    const [sftp] = await Promise.all([ssh.open(), ssh.rememberIn(runFolder)]);
    return ok({ sftp, hashFiles: ssh.hashFiles.bind(ssh), dispose });
  } catch (error) {
    try {
      await ssh?.end();
      const progress = await log.finish();
      if (isCancelled()) return err(appError('transfer-cancelled'));
      if (ssh === null) return err(appError('transfer-failed', { detail: describeError(error) }));
      if (progress.isAuthenticated)
        return err(appError('sftp-unavailable', { detail: describeError(error) }));
      return err(preferTunnelError(tunnelError, explainFailure(progress)));
    } finally {
      await dispose();
    }
  }
}

/** `ssh` with its sftp subsystem on its standard input and output. */
class SftpProcess {
  private readonly prepared: PreparedSsh;
  private readonly controlPath: string | null;
  private readonly child;
  private readonly exit: Promise<void>;
  private readonly signal: AbortSignal;
  private isOpen = false;
  private killTimer: NodeJS.Timeout | null = null;

  constructor(prepared: PreparedSsh, control: string | null, signal: AbortSignal, refusal: AbortSignal) {
    this.prepared = prepared;
    this.controlPath = control === null ? null : join(control, 'ctl');
    this.signal = signal;
    const child = spawn(prepared.program, sftpArguments(prepared.target, this.controlPath), {
      env: prepared.env,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    this.child = child;
    this.exit = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    signal.addEventListener('abort', this.onAbort, { once: true });
    refusal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  }

  /** So that the next start can end it if this run cannot. */
  async rememberIn(runFolder: RunFolder): Promise<void> {
    if (this.child.pid !== undefined) await runFolder.remember(this.child.pid);
  }

  async forgetIn(runFolder: RunFolder): Promise<void> {
    if (this.child.pid !== undefined) await runFolder.forget(this.child.pid);
  }

  async open(): Promise<SftpClient> {
    const sftp = await SftpClient.open(this.child.stdout, this.child.stdin);
    this.isOpen = true;
    return sftp;
  }

  async hashFiles(paths: readonly string[], totalBytes: number, signal: AbortSignal): Promise<RemoteHashes> {
    const { prepared, controlPath } = this;
    if (controlPath === null) return { kind: 'unavailable' };
    const args = controlArguments(prepared.target, controlPath, hashCommand);
    return hashRemoteFiles(prepared.program, args, paths, hashTimeoutMs(totalBytes), signal);
  }

  /** Lets `ssh` end, or ends it. May be called again. */
  async end(): Promise<void> {
    this.signal.removeEventListener('abort', this.onAbort);
    if (this.killTimer !== null) clearTimeout(this.killTimer);
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), endTimeoutMs);
    await this.exit;
    clearTimeout(timer);
  }

  /** A cancelled transfer first removes the part of its file; a connection that is not there yet just ends. */
  private readonly onAbort = () => {
    if (!this.isOpen) this.child.kill('SIGKILL');
    else this.killTimer = setTimeout(() => this.child.kill(), tidyTimeoutMs);
  };
}
