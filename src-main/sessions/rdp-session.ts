import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Session, SessionState, StepName } from '../../shared/session.ts';
import type { ConnectionStep } from '../../shared/tunnel.ts';
import {
  findRdpClient,
  freerdpCommand,
  mstscCommand,
  type RdpCommand,
  type RdpTarget,
  windowsAppCommand,
} from '../rdp/rdp-client.ts';
import { explainRdpExit } from '../rdp/rdp-errors.ts';
import type { SshPlan } from '../ssh/ssh-launcher.ts';
import type { RunFolder } from '../sweep/run-folder.ts';
import type { AskTrust } from '../trust.ts';
import type { EngineClient } from '../tunnel/engine-client.ts';
import { loopbackAddressOf } from '../tunnel/loopback-address.ts';
import { type TunnelAddress, type TunnelEvent, usualLimits } from '../tunnel/tunnel-types.ts';
import { begun, closed, ended, failed, outcomeOf, withTraffic } from './session-changes.ts';
import { finishedBy, finishStep, sessionStepOf } from './session-steps.ts';
import { untilAborted } from './until-aborted.ts';

/** What a Remote Desktop connection needs to know of its machine. */
export type RdpPlan = Pick<SshPlan, 'machine' | 'vmName' | 'destination' | 'bastion' | 'user' | 'secrets'>;

interface Needs {
  readonly id: string;
  readonly engine: EngineClient;
  readonly runFolder: RunFolder;
  readonly ask: AskTrust;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly resolvePlan: (onStep: (name: StepName, durationMs: number) => void) => Promise<Result<RdpPlan>>;
  readonly update: (change: (session: Session) => Session) => void;
}

/** Kept of the client's output, for its error. */
const keptOutput = 16_384;

/** How long a tunnel stays for a client that was handed over: it may connect again after a question to the user. */
const unusedMs = 60_000;

/** The local port a client sees: the protocol's own on the machine's own address, so that what it saves stays with it. */
const usualPort = 3389;

/** A Remote Desktop session: a tunnel, and the system's client that uses it. */
export class RdpSession {
  private readonly needs: Needs;
  private abort: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private child: ChildProcess | null = null;
  private tunnelError: AppError | null = null;
  private failedStep: StepName | null = null;
  private isOpen = false;
  private openConnections = 0;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Whether something would be cut: not when it is already ending. */
  get isLive(): boolean {
    return this.abort?.signal.aborted === false;
  }

  connect(): void {
    if (this.abort !== null) return;
    const abort = new AbortController();
    this.abort = abort;
    this.tunnelError = null;
    this.failedStep = null;
    this.isOpen = false;
    this.openConnections = 0;
    this.needs.update(begun);
    this.running = this.run(abort.signal);
  }

  async disconnect(): Promise<void> {
    if (this.abort === null) return;
    this.abort.abort();
    this.child?.kill();
    await this.running;
  }

  async dispose(): Promise<void> {
    await this.disconnect();
  }

  private async run(signal: AbortSignal): Promise<void> {
    const state = await outcomeOf(this.connectOnce(signal));
    await this.needs.engine.close(this.needs.id);
    this.abort = null;
    this.needs.update((session) => ended(session, state, this.failedStep));
  }

  private async connectOnce(signal: AbortSignal): Promise<SessionState> {
    const { needs } = this;
    const planned = needs.resolvePlan((name, durationMs) => {
      if (!signal.aborted) this.step(name, durationMs);
    });
    const plan = await untilAborted(planned, signal);
    if (plan === null) return closed(null);
    if (!plan.ok) return failed(plan.error);
    const address = await this.openTunnel(plan.value);
    if (!address.ok) return failed(address.error);
    if (signal.aborted) return closed(null);
    const folder = await needs.runFolder.makeSubfolder('rdp');
    try {
      const target = { ...address.value, vmName: plan.value.vmName, user: plan.value.user };
      const command = await this.makeCommand(target, folder, plan.value, signal);
      if (!command.ok) return signal.aborted ? closed(null) : failed(command.error);
      return await this.runClient(command.value, plan.value, signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private openTunnel(plan: RdpPlan): Promise<Result<TunnelAddress>> {
    return this.needs.engine.open(
      {
        id: this.needs.id,
        bastion: plan.bastion,
        target: plan.destination,
        remotePort: plan.machine.port,
        // Clients connect more than once: to look at the certificate, then for the session.
        audience: 'same-user',
        localAddress: loopbackAddressOf(plan.machine.resourceId, this.needs.platform),
        localPort: this.needs.platform === 'darwin' ? 0 : usualPort,
        localPortFallback: true,
        opening: 'greeting',
        // The client speaks first, whenever it likes.
        firstByteTimeoutMs: null,
        ...usualLimits,
      },
      (event) => this.onTunnel(event),
    );
  }

  private async makeCommand(
    target: RdpTarget,
    folder: string,
    plan: RdpPlan,
    signal: AbortSignal,
  ): Promise<Result<RdpCommand>> {
    const client = await findRdpClient(this.needs);
    if (client === null) return err(appError('rdp-client-not-found'));
    if (client.kind === 'mstsc') return ok(mstscCommand(client.program, target));
    if (client.kind === 'windows-app') return ok(windowsAppCommand(client.program, target, folder));
    if (plan.secrets.password === null) {
      const outcome = await this.needs.ask(
        {
          kind: 'secret',
          subject: plan.vmName,
          title: `Password for ${plan.user}`,
          prompt: `${plan.user} on ${plan.vmName}`,
          fromServer: false,
          echo: false,
        },
        signal,
      );
      if (outcome.kind !== 'accepted') return err(appError('ssh-cancelled'));
      plan.secrets.password = outcome.secret;
    }
    return ok(freerdpCommand(client.program, target, plan.secrets.password));
  }

  private async runClient(command: RdpCommand, plan: RdpPlan, signal: AbortSignal): Promise<SessionState> {
    if (command.file !== null) await writeFile(command.file.path, command.file.text, { mode: 0o600 });
    const child = spawn(command.program, command.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: false,
    });
    this.child = child;
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', () => undefined); // it ended before it read: its exit says why
    if (command.stdin !== null) child.stdin.end(command.stdin);
    const exit = new Promise<number | null | Error>((resolve) => {
      child.once('error', (error) => resolve(error));
      child.once('close', (code) => resolve(code));
    });
    if (child.pid !== undefined) await this.needs.runFolder.remember(child.pid);
    const code = await exit;
    if (child.pid !== undefined) await this.needs.runFolder.forget(child.pid);
    this.child = null;
    if (code instanceof Error) return failed(appError('rdp-failed', { detail: code.message }));
    if (signal.aborted) return closed(null);
    if (!command.isAttached && code === 0) {
      // The launcher may have handed over to a window that is not ours: the tunnel stays while it is used.
      await this.waitUntilUnused(signal);
      return closed(null);
    }
    const problem = explainRdpExit(code, output);
    if (problem === null) return closed(code);
    if (problem.code === 'rdp-auth-failed') plan.secrets.password = null;
    return failed(problem.code === 'rdp-failed' ? (this.tunnelError ?? problem) : problem);
  }

  /** Resolves when no program has used the tunnel for a while, or the user ends the session. */
  private async waitUntilUnused(signal: AbortSignal): Promise<void> {
    let unusedSinceMs = performance.now();
    while (!signal.aborted && performance.now() - unusedSinceMs < unusedMs) {
      await delay(1_000, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
      if (this.openConnections > 0) unusedSinceMs = performance.now();
    }
  }

  private onTunnel(event: TunnelEvent): void {
    switch (event.kind) {
      case 'step':
        if (event.step === 'upgrade') this.openConnections++;
        if (this.isOpen) return;
        this.tunnelStep(event.step, event.durationMs);
        if (event.step === 'first-byte') {
          this.isOpen = true;
          this.needs.update((session) => ({ ...session, state: { kind: 'open', sinceMs: Date.now() } }));
        }
        break;
      case 'failed':
        this.tunnelError = event.error;
        this.failedStep = sessionStepOf(event.step);
        break;
      case 'closed':
        this.openConnections--;
        this.tunnelError ??= event.error;
        // The engine itself is gone: nothing can come any more.
        if (event.error?.code === 'unexpected') this.abort?.abort();
        break;
      case 'progress':
        this.needs.update((session) => withTraffic(session, event));
        break;
      case 'refused':
      case 'idle-closed':
        break;
    }
  }

  private tunnelStep(step: ConnectionStep, durationMs: number): void {
    const name = finishedBy(step);
    if (name !== null) this.step(name, durationMs);
  }

  private step(name: StepName, durationMs: number): void {
    this.needs.update((session) => ({ ...session, steps: finishStep(session.steps, name, durationMs) }));
  }
}
