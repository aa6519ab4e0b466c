import { type AppError, appError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import type { Session, SessionState, StepName } from '../../shared/session.ts';
import type { Pty, SpawnPty } from '../ssh/pty.ts';
import type { AskTrust } from '../trust.ts';
import { terminalArguments } from '../ssh/ssh-arguments.ts';
import { type PreparedSsh, preferTunnelError, type SshLauncher, type SshPlan } from '../ssh/ssh-launcher.ts';
import { explainFailure, type SshProgress } from '../ssh/ssh-log.ts';
import { describeError, type Log } from '../log/logger.ts';
import type { HostKeys } from '../ssh/host-keys.ts';
import type { RunFolder } from '../sweep/run-folder.ts';
import type { TunnelEvent } from '../tunnel/tunnel-types.ts';
import { begun, closed, ended, failed, outcomeOf, withTraffic } from './session-changes.ts';
import { finishedBy, finishStep, sessionStepOf } from './session-steps.ts';
import { TerminalStream } from './terminal-stream.ts';
import { untilAborted } from './until-aborted.ts';

interface Needs {
  readonly id: string;
  readonly launcher: SshLauncher;
  readonly hostKeys: HostKeys;
  readonly runFolder: RunFolder;
  readonly ask: AskTrust;
  readonly spawnPty: SpawnPty;
  /** Resolves everything that Azure has to say: signed in, Bastion found. */
  readonly resolvePlan: (onStep: (name: StepName, durationMs: number) => void) => Promise<Result<SshPlan>>;
  readonly update: (change: (session: Session) => Session) => void;
  readonly onAuthenticated: () => void;
  readonly log: Log;
}

/** One try to connect and what comes of it. */
interface Attempt {
  readonly abort: AbortController;
  prepared: PreparedSsh | null;
  pty: Pty | null;
  tunnelError: AppError | null;
  failedStep: StepName | null;
  isAuthenticated: boolean;
  /** A person ended it: by disconnecting, or by refusing a question. */
  endedBy: 'disconnect' | 'host-key' | 'secret' | null;
  startedAtMs: number;
}

/** An SSH session: a tab with a terminal that can lose its connection and get a new one. */
export class SshSession {
  readonly stream = new TerminalStream();
  /** What the latest connection was made with; file transfers use the same. */
  plan: SshPlan | null = null;
  private readonly needs: Needs;
  private attempt: Attempt | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Whether something would be cut: not when it is already ending. */
  get isLive(): boolean {
    return this.attempt !== null && this.attempt.endedBy === null;
  }

  /** Connects, or connects again after the end of the previous try. */
  connect(): void {
    if (this.attempt !== null) return;
    const attempt: Attempt = {
      abort: new AbortController(),
      prepared: null,
      pty: null,
      tunnelError: null,
      failedStep: null,
      isAuthenticated: false,
      endedBy: null,
      startedAtMs: performance.now(),
    };
    this.attempt = attempt;
    this.needs.update(begun);
    this.running = this.run(attempt);
  }

  /** Ends the connection; resolves when its token is deleted. */
  async disconnect(): Promise<void> {
    const { attempt } = this;
    if (attempt === null) return;
    attempt.endedBy ??= 'disconnect';
    attempt.abort.abort();
    attempt.pty?.kill();
    await this.running;
  }

  async dispose(): Promise<void> {
    await this.disconnect();
    this.stream.dispose();
  }

  private async run(attempt: Attempt): Promise<void> {
    const state = await outcomeOf(this.connectOnce(attempt));
    try {
      await attempt.prepared?.dispose();
    } catch (error) {
      this.needs.log.error('unexpected', { what: 'end of a session', error: describeError(error) });
    }
    this.stream.setSource(null);
    this.attempt = null;
    this.needs.update((session) => ended(session, state, attempt.failedStep));
  }

  private async connectOnce(attempt: Attempt): Promise<SessionState> {
    const { signal } = attempt.abort;
    const planned = this.needs.resolvePlan((name, durationMs) => this.step(attempt, name, durationMs));
    const resolved = await untilAborted(planned, signal);
    if (resolved === null || signal.aborted) return closed(null);
    if (!resolved.ok) return failed(resolved.error);
    this.plan = resolved.value;
    const handlers = {
      onTunnel: (event: TunnelEvent) => this.onTunnel(attempt, event),
      onCancelled: (question: 'host-key' | 'secret') => {
        attempt.endedBy ??= question;
        // A refused question ends the try, before its helper answers: to `ssh` that would be an empty password.
        attempt.pty?.kill();
      },
      onAuthenticated: () => this.onAuthenticated(attempt),
    };
    const prepared = await this.needs.launcher.prepare(
      'terminal',
      this.needs.id,
      resolved.value,
      handlers,
      attempt.abort.signal,
    );
    if (!prepared.ok) return failed(prepared.error);
    attempt.prepared = prepared.value;
    if (attempt.abort.signal.aborted) return closed(null);
    const exitCode = await this.runPty(attempt, prepared.value);
    const progress = await prepared.value.log.finish();
    return this.outcome(attempt, progress, exitCode);
  }

  private async runPty(attempt: Attempt, prepared: PreparedSsh): Promise<number> {
    const { columns, rows } = this.stream.size;
    const pty = this.needs.spawnPty(prepared.program, terminalArguments(prepared.target), {
      env: prepared.env,
      columns,
      rows,
    });
    attempt.pty = pty;
    attempt.startedAtMs = performance.now();
    this.stream.setSource({
      write: (text) => ignoreEnded(() => pty.write(text)),
      resize: (width, height) => ignoreEnded(() => pty.resize(width, height)),
      pause: () => pty.pause(),
      resume: () => pty.resume(),
    });
    pty.onData((bytes) => this.stream.push(bytes));
    const exit = new Promise<number>((resolve) => {
      pty.onExit(({ exitCode }) => resolve(exitCode));
    });
    await this.needs.runFolder.remember(pty.pid);
    const exitCode = await exit;
    this.stream.setSource(null);
    this.stream.flush();
    await this.needs.runFolder.forget(pty.pid);
    return exitCode;
  }

  private async outcome(attempt: Attempt, progress: SshProgress, exitCode: number): Promise<SessionState> {
    if (attempt.endedBy === 'disconnect') return closed(null);
    if (attempt.isAuthenticated) {
      // 255 is the client's own code: the connection broke. Anything else is the remote shell's.
      if (exitCode !== 255) return closed(exitCode);
      const detail = progress.lastWords.join('\n');
      return {
        kind: 'lost',
        atMs: Date.now(),
        error: attempt.tunnelError ?? appError('tunnel-lost', { detail }),
      };
    }
    if (progress.hasHostKeyChanged) return failed(await this.alarm(progress));
    if (attempt.endedBy === 'host-key') return failed(appError('ssh-host-key-refused'));
    if (attempt.endedBy === 'secret') return failed(appError('ssh-cancelled'));
    return failed(preferTunnelError(attempt.tunnelError, explainFailure(progress)));
  }

  /** A changed host key: both fingerprints, in the error and in the window where trust is decided. */
  private async alarm(progress: SshProgress): Promise<AppError> {
    const { plan } = this;
    const offered = progress.hostKey ?? { keyType: 'unknown', fingerprint: 'unknown' };
    const pinned = plan === null ? [] : await this.needs.hostKeys.keysOf(plan.machine);
    // Shown, not waited for: there is nothing to decide.
    void this.needs.ask({
      kind: 'host-key-changed',
      subject: plan?.vmName ?? '',
      offered,
      pinned: [...pinned],
    });
    const lines = [
      ...pinned.map((key) => `pinned: ${key.keyType} ${key.fingerprint}`),
      `offered: ${offered.keyType} ${offered.fingerprint}`,
    ];
    return appError('ssh-host-key-changed', { detail: lines.join('\n') });
  }

  private onTunnel(attempt: Attempt, event: TunnelEvent): void {
    switch (event.kind) {
      case 'step': {
        const name = finishedBy(event.step);
        if (name !== null) this.step(attempt, name, event.durationMs);
        if (event.step === 'first-byte') attempt.startedAtMs = performance.now();
        break;
      }
      case 'failed':
        attempt.tunnelError = event.error;
        attempt.failedStep = sessionStepOf(event.step);
        break;
      case 'closed':
        attempt.tunnelError ??= event.error;
        break;
      case 'progress':
        this.needs.update((session) => withTraffic(session, event));
        break;
      case 'refused':
      case 'idle-closed':
        break;
    }
  }

  private onAuthenticated(attempt: Attempt): void {
    if (attempt.isAuthenticated || this.attempt !== attempt) return;
    attempt.isAuthenticated = true;
    this.step(attempt, 'authenticated', performance.now() - attempt.startedAtMs);
    this.needs.update((session) => ({ ...session, state: { kind: 'open', sinceMs: Date.now() } }));
    this.needs.onAuthenticated();
  }

  private step(attempt: Attempt, name: StepName, durationMs: number): void {
    // Steps of a try that was given up may still arrive.
    if (this.attempt !== attempt) return;
    this.needs.update((session) => ({ ...session, steps: finishStep(session.steps, name, durationMs) }));
  }
}

/** A program that has ended, but whose end is not known yet, refuses input and sizes: both are void then. */
function ignoreEnded(act: () => void): void {
  try {
    act();
  } catch {
    // Its exit event follows.
  }
}
