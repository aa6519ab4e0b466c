import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { controlArguments, sftpArguments } from '../ssh/ssh-arguments.ts';
import { preferTunnelError, type SshLauncher, type SshPlan } from '../ssh/ssh-launcher.ts';
import { explainFailure } from '../ssh/ssh-log.ts';
import { SftpClient } from './sftp-client.ts';
import { hashCommand, hashRemoteFiles, type RemoteHashes } from './verify-hashes.ts';

/** An SFTP session over a connection of its own, so that a transfer never slows the terminal's keystrokes. */
export interface SftpConnection {
  readonly sftp: SftpClient;
  /** Asks the machine for the hashes of files, over the same connection where the system can share it. */
  readonly hashFiles: (paths: readonly string[], signal: AbortSignal) => Promise<RemoteHashes>;
  readonly dispose: () => Promise<void>;
}

interface Needs {
  readonly launcher: SshLauncher;
  readonly platform: NodeJS.Platform;
  /** A socket's path must be short (108 bytes on Linux): not inside the user's data folder. */
  readonly socketFolder: string;
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
  let tunnelError: AppError | null = null;
  let isRefused = false;
  let isAuthenticated = false;
  const prepared = await needs.launcher.prepare(
    'files',
    id,
    plan,
    {
      onTunnel: (event) => {
        if (event.kind === 'failed' || event.kind === 'closed') tunnelError ??= event.error;
      },
      onProgress: () => undefined,
      onAuthenticated: () => {
        isAuthenticated = true;
      },
      onCancelled: () => {
        isRefused = true;
      },
    },
    signal,
  );
  if (!prepared.ok) return prepared;
  const { program, target, env, log } = prepared.value;
  // ControlMaster needs Unix sockets: not on Windows.
  const controlPath = needs.platform === 'win32' ? null : join(needs.socketFolder, `${id}.ctl`);
  const child = spawn(program, sftpArguments(target, controlPath), {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  const exit = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let isOpen = false;
  let killTimer: NodeJS.Timeout | null = null;
  // A cancelled transfer first removes the part of its file; a connection that is not there yet just ends.
  const abort = () => {
    killTimer = setTimeout(() => child.kill(), isOpen ? tidyTimeoutMs : 0);
  };
  signal.addEventListener('abort', abort, { once: true });
  const dispose = async () => {
    signal.removeEventListener('abort', abort);
    if (killTimer !== null) clearTimeout(killTimer);
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
    await exit;
    clearTimeout(timer);
    await prepared.value.dispose();
    if (controlPath !== null) await rm(controlPath, { force: true });
  };
  try {
    const sftp = await SftpClient.open(child.stdout, child.stdin);
    isOpen = true;
    return ok({
      sftp,
      hashFiles: (paths, hashSignal) =>
        controlPath === null
          ? Promise.resolve({ kind: 'unavailable' })
          : hashRemoteFiles(program, controlArguments(target, controlPath, hashCommand), paths, hashSignal),
      dispose,
    });
  } catch (error) {
    const progress = await log.finish();
    await dispose();
    if (signal.aborted || isRefused) return err(appError('transfer-cancelled'));
    if (isAuthenticated) return err(appError('sftp-unavailable', { detail: describeError(error) }));
    return err(preferTunnelError(tunnelError, explainFailure(progress)));
  }
}
