import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Session, StepName } from '../../shared/session.ts';
import type { AuthMethod, SignInPlan } from '../../shared/vm-detail.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import type { TokenSource } from '../azure/arm.ts';
import { idKey } from '../azure/resource-id.ts';
import type { VmDetails } from '../checks/vm-details.ts';
import { drop, type Log } from '../log/logger.ts';
import type { LocalData } from '../profiles/local-data.ts';
import type { HostKeys } from '../ssh/host-keys.ts';
import type { SpawnPty } from '../ssh/pty.ts';
import type { SshLauncher, SshPlan } from '../ssh/ssh-launcher.ts';
import type { SessionSecrets } from '../ssh/ssh-prompter.ts';
import type { StateStore } from '../state/state-store.ts';
import type { RunFolder } from '../sweep/run-folder.ts';
import type { AskTrust } from '../trust.ts';
import type { EngineClient } from '../tunnel/engine-client.ts';
import { RdpSession } from './rdp-session.ts';
import { Reconnector } from './reconnector.ts';
import { logSession } from './session-log.ts';
import { waitingSteps } from './session-steps.ts';
import { SshSession } from './ssh-session.ts';
import type { TerminalPort } from './terminal-stream.ts';

interface Needs {
  readonly state: StateStore;
  readonly details: VmDetails;
  /** How a click signs in, from what is remembered and what is on this computer. */
  readonly planFor: (vm: VmSummary) => Promise<SignInPlan>;
  readonly token: TokenSource;
  readonly launcher: SshLauncher;
  readonly engine: EngineClient;
  readonly hostKeys: HostKeys;
  readonly runFolder: RunFolder;
  readonly localData: LocalData;
  readonly ask: AskTrust;
  readonly spawnPty: SpawnPty;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Key paths that this process has offered itself: the page may only choose among these. */
  readonly isKnownKeyPath: (path: string) => Promise<boolean>;
}

/** A request to connect, with what was left out still open. */
export interface SshRequest {
  readonly vmId: string;
  readonly user?: string | undefined;
  readonly method?: AuthMethod | undefined;
  readonly keyPath?: string | undefined;
  readonly port?: number | undefined;
}

export interface RdpRequest {
  readonly vmId: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

const rdpPort = 3389;

/** All sessions of the app: makes them, finds them, ends them. */
export class Sessions {
  private readonly needs: Needs;
  private readonly live = new Map<string, SshSession | RdpSession>();
  private readonly reconnector: Reconnector;
  private nextId = 1;

  constructor(needs: Needs) {
    this.needs = needs;
    this.reconnector = new Reconnector({
      isAutomatic: () => needs.state.current.settings.reconnect === 'automatic',
      update: (id, change) => needs.state.update('sessions', id, change),
      connect: (id, attempt) => {
        needs.log.info('session-retry', { sessionId: id, attempt });
        this.live.get(id)?.connect();
      },
    });
  }

  async connectSsh(request: SshRequest): Promise<Result<{ id: string }>> {
    const vm = this.vm(request.vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    if (request.keyPath !== undefined && !(await this.needs.isKnownKeyPath(request.keyPath))) {
      return err(appError('ssh-key-unreadable', { detail: request.keyPath }));
    }
    // From what is known here: the tab must not wait for Azure before it shows its first step.
    const plan = await this.needs.planFor(vm);
    const user = request.user ?? plan.user;
    if (user === '') return err(appError('ssh-user-needed'));
    const method = request.method ?? plan.method;
    const keyPath = method === 'key' ? (request.keyPath ?? plan.keyPath) : null;
    const port = request.port ?? plan.port;
    const id = this.addToState('ssh', vm, user, port);
    const secrets: SessionSecrets = { password: null, passphrase: null };
    const session = new SshSession({
      id,
      ...this.common(id),
      launcher: this.needs.launcher,
      hostKeys: this.needs.hostKeys,
      spawnPty: this.needs.spawnPty,
      log: this.needs.log,
      resolvePlan: (onStep) => this.resolve(id, vm, port, { user, method, keyPath, secrets }, onStep),
      onAuthenticated: () =>
        drop(
          this.needs.log,
          'last-success',
          this.needs.localData
            .saveLastSuccess(vm.id, { user, method, keyPath, port })
            .then(() => this.needs.details.refreshPlan(vm.id)),
        ),
    });
    this.live.set(id, session);
    session.connect();
    return ok({ id });
  }

  async connectRdp(request: RdpRequest): Promise<Result<{ id: string }>> {
    const vm = this.vm(request.vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    const user = request.user ?? (vm.adminUsername || (await this.needs.planFor(vm)).user);
    // mstsc asks for the user itself; other clients must be told.
    if (user === '' && this.needs.platform === 'linux') return err(appError('ssh-user-needed'));
    const port = request.port ?? rdpPort;
    const id = this.addToState('rdp', vm, user, port);
    const secrets: SessionSecrets = { password: null, passphrase: null };
    const session = new RdpSession({
      id,
      ...this.common(id),
      engine: this.needs.engine,
      platform: this.needs.platform,
      env: this.needs.env,
      resolvePlan: (onStep) =>
        this.resolve(id, vm, port, { user, method: 'password', keyPath: null, secrets }, onStep),
    });
    this.live.set(id, session);
    session.connect();
    return ok({ id });
  }

  reconnect(id: string): Result<null> {
    const session = this.live.get(id);
    if (session === undefined) return err(appError('session-not-found'));
    this.reconnector.cancel(id);
    session.connect();
    return ok(null);
  }

  /** Ends a session, or the countdown after which it would be connected again. */
  async disconnect(id: string): Promise<Result<null>> {
    const session = this.live.get(id);
    if (session === undefined) return err(appError('session-not-found'));
    this.reconnector.cancel(id);
    await session.disconnect();
    return ok(null);
  }

  /** Ends a session and takes it off the list. */
  async close(id: string): Promise<Result<null>> {
    const session = this.live.get(id);
    if (session === undefined) return err(appError('session-not-found'));
    this.live.delete(id);
    this.reconnector.cancel(id);
    this.needs.state.remove('sessions', [id]);
    await session.dispose();
    return ok(null);
  }

  /** Connects a terminal with the page that shows it. */
  attach(id: string, makePort: () => TerminalPort): Result<null> {
    const session = this.live.get(id);
    if (!(session instanceof SshSession)) return err(appError('session-not-found'));
    session.stream.attach(makePort());
    return ok(null);
  }

  /** How the session signed in, for a file transfer over a connection of its own. */
  planOfSession(id: string): Result<SshPlan> {
    const session = this.live.get(id);
    const plan = session instanceof SshSession ? session.plan : null;
    return plan === null ? err(appError('session-not-found')) : ok(plan);
  }

  /** Names of the sessions that closing the app would cut. */
  liveNames(vmId?: string): readonly string[] {
    return [...this.live].flatMap(([id, session]) => {
      const entry = this.needs.state.current.sessions[id];
      return session.isLive && entry !== undefined && (vmId === undefined || entry.vmId === vmId)
        ? [`${entry.kind === 'ssh' ? 'SSH' : 'Remote Desktop'}: ${entry.user}@${entry.vmName}`]
        : [];
    });
  }

  /** Ends every session; resolves when their tokens are deleted. */
  async dispose(): Promise<void> {
    this.reconnector.dispose();
    await Promise.all([...this.live.values()].map((session) => session.dispose()));
    this.live.clear();
  }

  private vm(vmId: string): VmSummary | undefined {
    return this.needs.state.current.vms[idKey(vmId)];
  }

  private common(id: string) {
    const { state, runFolder, ask, log } = this.needs;
    return {
      runFolder,
      ask,
      update: (change: (session: Session) => Session) => {
        const before = state.current.sessions[id]?.state;
        state.update('sessions', id, change);
        const session = state.current.sessions[id];
        if (session === undefined || session.state === before) return;
        logSession(log, session);
        if (session.kind === 'ssh') this.reconnector.follow(id, session.state);
      },
    };
  }

  private addToState(kind: 'ssh' | 'rdp', vm: VmSummary, user: string, port: number): string {
    const id = `session-${this.nextId++}`;
    this.needs.state.upsert('sessions', id, {
      id,
      kind,
      vmId: vm.id,
      vmName: vm.name,
      user,
      port,
      bastionName: '',
      state: { kind: 'connecting' },
      retry: null,
      steps: [...waitingSteps(kind)],
      sentBytes: 0,
      receivedBytes: 0,
      roundTripMs: null,
    });
    return id;
  }

  /** The first two steps of every connection: a valid sign-in, and the Bastion that reaches the machine. */
  private async resolve(
    id: string,
    vm: VmSummary,
    port: number,
    login: Pick<SshPlan, 'user' | 'method' | 'keyPath' | 'secrets'>,
    onStep: (name: StepName, durationMs: number) => void,
  ): Promise<Result<SshPlan>> {
    const { token, details, state } = this.needs;
    let startedAtMs = performance.now();
    const signedIn = await token(vm.tenantId);
    if (!signedIn.ok) return signedIn;
    onStep('sign-in', performance.now() - startedAtMs);
    startedAtMs = performance.now();
    const route = await details.route(vm.id);
    if (!route.ok) return route;
    onStep('bastion', performance.now() - startedAtMs);
    const { bastionName, end, target, vmId } = route.value;
    state.update('sessions', id, (session) => ({ ...session, bastionName }));
    return ok({
      machine: { resourceId: vm.id, vmId, port },
      vmName: vm.name,
      destination: target,
      bastion: end,
      ...login,
    });
  }
}
