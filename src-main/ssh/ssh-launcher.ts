import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthMethod } from '../../shared/vm-detail.ts';
import { describeError } from '../log/logger.ts';
import type { RunFolder } from '../sweep/run-folder.ts';
import type { EngineClient } from '../tunnel/engine-client.ts';
import { loopbackAddressOf } from '../tunnel/loopback-address.ts';
import {
  type BastionEnd,
  type TunnelAddress,
  type TunnelEvent,
  usualLimits,
  type TunnelTarget,
} from '../tunnel/tunnel-types.ts';
import { reportAuthenticated } from './askpass-fifo.ts';
import { marksServerText, readSshVersion } from './ssh-version.ts';
import type { Answerer, OpenAskpass } from './askpass.ts';
import { findProgram } from './find-program.ts';
import { type HostKeys, hostKeyAlias, type Machine } from './host-keys.ts';
import { LogTail } from './log-tail.ts';
import type { SshTarget } from './ssh-arguments.ts';
import type { AskTrust } from '../trust.ts';
import { type SessionSecrets, SshPrompter } from './ssh-prompter.ts';

/** Everything that names one SSH connection. */
export interface SshPlan {
  readonly machine: Machine;
  readonly vmName: string;
  /** ARM id of the target as Azure wrote it. */
  /** Where the Bastion is told to go. */
  readonly destination: TunnelTarget;
  readonly bastion: BastionEnd;
  readonly user: string;
  readonly method: AuthMethod;
  readonly keyPath: string | null;
  readonly secrets: SessionSecrets;
}

interface Handlers {
  readonly onTunnel: (event: TunnelEvent) => void;
  /** The client has signed in. */
  readonly onAuthenticated: () => void;
  /** A person refused a question: what follows is not a failure of the machine. */
  readonly onCancelled: (question: 'host-key' | 'secret') => void;
}

/** An `ssh` that can be started: its program, arguments to build from, environment, and its log. */
export interface PreparedSsh {
  readonly program: string;
  readonly target: SshTarget;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly log: LogTail;
  /** Ends the tunnel (deleting its token), the questions, and removes the folder. Call when `ssh` has ended. */
  readonly dispose: () => Promise<void>;
}

interface Needs {
  readonly engine: EngineClient;
  readonly runFolder: RunFolder;
  readonly hostKeys: HostKeys;
  readonly ask: AskTrust;
  readonly openAskpass: OpenAskpass;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How long sshd may take for its banner; then the engine tries once more. */
const bannerTimeoutMs = 15_000;

/** What of our own environment `ssh` needs; nothing else is passed on. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'SSH_AUTH_SOCK',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  'TMPDIR',
  'SystemRoot',
  'SystemDrive',
  'USERPROFILE',
  'USERNAME',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ProgramFiles',
  'TEMP',
  'TMP',
  'PATHEXT',
  'ComSpec',
];

/** Prepares `ssh` for terminals and for file transfer: one tunnel of its own each, used once. */
export class SshLauncher {
  private readonly needs: Needs;
  private version: Promise<string> | null = null;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  async prepare(
    purpose: 'terminal' | 'files',
    id: string,
    plan: SshPlan,
    handlers: Handlers,
    signal: AbortSignal,
  ): Promise<Result<PreparedSsh>> {
    const { engine, platform } = this.needs;
    const program = await findProgram('ssh', this.needs);
    if (program === null) return err(appError('ssh-not-found'));
    const opened = await engine.open(
      {
        id,
        bastion: plan.bastion,
        target: plan.destination,
        remotePort: plan.machine.port,
        audience: 'single-use',
        localAddress: loopbackAddressOf(plan.machine.resourceId, platform),
        localPort: 0,
        localPortFallback: true,
        opening: 'greeting',
        firstByteTimeoutMs: bannerTimeoutMs,
        ...usualLimits,
      },
      handlers.onTunnel,
    );
    if (!opened.ok) return opened;
    try {
      return ok(await this.prepareAround(opened.value, purpose, id, program, plan, handlers, signal));
    } catch (error) {
      // A full disk or a missing program: the listener must not stay.
      await engine.close(id);
      return err(appError('ssh-failed', { detail: describeError(error) }));
    }
  }

  private async prepareAround(
    { address, port }: TunnelAddress,
    purpose: 'terminal' | 'files',
    id: string,
    program: string,
    plan: SshPlan,
    handlers: Handlers,
    signal: AbortSignal,
  ): Promise<PreparedSsh> {
    const { engine, runFolder, hostKeys, ask, platform } = this.needs;
    this.version ??= readSshVersion(program);
    const prompter = new SshPrompter({
      ask,
      hostKeys,
      machine: plan.machine,
      vmName: plan.vmName,
      user: plan.user,
      keyPath: plan.keyPath,
      secrets: plan.secrets,
      marksServerText: marksServerText(await this.version),
      signal,
      onCancelled: handlers.onCancelled,
    });
    const folder = await runFolder.makeSubfolder(purpose);
    const answer: Answerer = (prompt) => prompter.answer(prompt);
    const askpass = await this.needs.openAskpass(folder, answer, handlers.onAuthenticated);
    const logPath = join(folder, 'ssh.log');
    const log = new LogTail(logPath, platform === 'win32' ? handlers.onAuthenticated : null);
    return {
      program,
      folder,
      log,
      target: {
        vmName: plan.vmName,
        user: plan.user,
        method: plan.method,
        keyPath: plan.keyPath,
        address,
        port,
        hostKeyAlias: hostKeyAlias(plan.machine),
        knownHostsPath: hostKeys.knownHostsPath,
        localCommand: platform === 'win32' ? null : reportAuthenticated,
        logPath,
      },
      env: { ...this.childEnv(), ...askpass.env },
      dispose: async () => {
        await log.finish();
        await askpass.dispose();
        await engine.close(id);
        await rm(folder, { recursive: true, force: true });
      },
    };
  }

  private childEnv(): Record<string, string> {
    const { env, platform } = this.needs;
    const kept = passedOn.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    // Without a display older clients do not start askpass; any value will do.
    return { ...(platform === 'win32' ? {} : { DISPLAY: ':0' }), ...Object.fromEntries(kept) };
  }
}

/** The failure that counts: what the tunnel says explains what `ssh` only sees as a closed connection. */
export function preferTunnelError(tunnel: AppError | null, ssh: AppError): AppError {
  return tunnel !== null && ssh.code === 'ssh-failed' ? tunnel : ssh;
}
