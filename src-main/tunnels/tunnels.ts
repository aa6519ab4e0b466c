import { randomUUID } from 'node:crypto';
import { appError } from '../../shared/errors.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Tunnel, TunnelDraft, TunnelState, TunnelSuggestion } from '../../shared/tunnel.ts';
import { idKey } from '../azure/resource-id.ts';
import type { ConnectionRoute, VmDetails } from '../checks/vm-details.ts';
import { drop, type Log } from '../log/logger.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AskTrust } from '../trust.ts';
import type { EngineClient } from '../tunnel/engine-client.ts';
import { loopbackAddressOf } from '../tunnel/loopback-address.ts';
import type { TunnelAddress, TunnelEvent, TunnelSpec } from '../tunnel/tunnel-types.ts';
import type { TunnelFile } from './tunnel-file.ts';
import { afterEvent, isInUse, newTunnel, withState } from './tunnel-view.ts';

interface Needs {
  readonly state: StateStore;
  readonly engine: EngineClient;
  readonly details: VmDetails;
  readonly file: TunnelFile;
  readonly ask: AskTrust;
  readonly platform: NodeJS.Platform;
  readonly log: Log;
}

/** Ports whose protocols open with a greeting that may be said twice. */
const greetingPorts = new Set([22, 3389]);
/** How long such a target may take for its first byte. */
const greetingTimeoutMs = 15_000;
const sharedAddress = '127.0.0.1';

/** Tunnels for the user's own programs, and a view of those that sessions use. */
export class Tunnels {
  private readonly needs: Needs;

  constructor(needs: Needs) {
    this.needs = needs;
    needs.engine.observe({
      onOpened: (spec, address) => this.opened(spec, address),
      onEvent: (event) => this.happened(event),
      onClosed: (id) => this.closed(id),
    });
  }

  /** Shows the tunnels that were kept; they are opened by {@link openKept}. */
  async load(): Promise<void> {
    const { file, state } = this.needs;
    const problem = await file.load();
    if (problem !== null) {
      state.upsert('notices', 'tunnels-damaged', {
        id: 'tunnels-damaged',
        tone: 'warning',
        text: 'The file of kept tunnels could not be read; none of them was opened.',
        detail: problem,
      });
    }
    for (const { id, vmName, draft } of file.kept) this.show(id, draft, vmName, { kind: 'waiting' });
  }

  /** Opens the kept tunnels whose machines are known by now. */
  openKept(): void {
    for (const tunnel of Object.values(this.needs.state.current.tunnels)) {
      if (tunnel.state.kind === 'waiting' && this.vm(tunnel.vmId) !== undefined) {
        drop(this.needs.log, 'kept tunnel', this.start(tunnel.id));
      }
    }
  }

  suggest(vmId: string): Result<TunnelSuggestion> {
    const vm = this.vm(vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    const ownAddress = loopbackAddressOf(vm.id, this.needs.platform);
    return ok({
      ownAddress: ownAddress === sharedAddress ? null : ownAddress,
      rememberedPorts: this.needs.file.portsOf(vm.id),
    });
  }

  async open(draft: TunnelDraft): Promise<Result<{ id: string }>> {
    const vm = this.vm(draft.vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    const same = Object.values(this.needs.state.current.tunnels).find(
      (each) =>
        each.draft !== null &&
        each.vmId === vm.id &&
        each.remotePort === draft.remotePort &&
        isActive(each.state),
    );
    if (same !== undefined) return err(appError('tunnel-exists'));
    const id = randomUUID();
    if (draft.isKept) {
      const saved = await this.needs.file.keep(id, vm.name, draft);
      if (!saved.ok) return saved;
    }
    this.show(id, draft, vm.name, { kind: 'opening' });
    drop(this.needs.log, 'tunnel', this.listen(id, vm, draft));
    return ok({ id });
  }

  async start(id: string): Promise<Result<null>> {
    const tunnel = this.find(id);
    if (tunnel?.draft === undefined || tunnel.draft === null) return err(appError('tunnel-not-found'));
    if (isActive(tunnel.state)) return ok(null);
    const vm = this.vm(tunnel.vmId);
    if (vm === undefined) {
      const error = appError('vm-not-found');
      this.setState(id, { kind: 'failed', atMs: Date.now(), error });
      return err(error);
    }
    this.setState(id, { kind: 'opening' });
    await this.listen(id, vm, tunnel.draft);
    return ok(null);
  }

  async stop(id: string): Promise<Result<null>> {
    const tunnel = this.find(id);
    if (tunnel === undefined || tunnel.draft === null) return err(appError('tunnel-not-found'));
    if (!isActive(tunnel.state)) return ok(null);
    this.setState(id, { kind: 'stopping' });
    await this.needs.engine.close(id);
    this.setState(id, { kind: 'stopped', atMs: Date.now(), why: 'user' });
    return ok(null);
  }

  async remove(id: string): Promise<Result<null>> {
    const tunnel = this.find(id);
    if (tunnel === undefined || tunnel.draft === null) return err(appError('tunnel-not-found'));
    if (tunnel.draft.isKept) {
      const forgotten = await this.needs.file.forget(id);
      if (!forgotten.ok) return forgotten;
    }
    await this.stop(id);
    this.needs.state.remove('tunnels', [id]);
    this.needs.log.info('tunnel-removed', { tunnelId: id, remotePort: tunnel.remotePort });
    return ok(null);
  }

  /** Lets in whoever was turned away, if the user confirms it in the trust window. */
  async allow(id: string, uid: number | null): Promise<Result<null>> {
    const tunnel = this.find(id);
    if (tunnel === undefined) return err(appError('tunnel-not-found'));
    const who = uid === null ? 'every program of this computer' : `all programs of the user with id ${uid}`;
    const answer = await this.needs.ask({
      kind: 'confirm',
      subject: tunnel.vmName,
      title: `Allow more programs to use the tunnel to ${tunnel.vmName}?`,
      text: `Until the tunnel is stopped, ${who} may reach port ${tunnel.remotePort} of ${tunnel.vmName} with your rights in Azure.`,
      lines: tunnel.refused.slice(-3).map((each) => `${each.client}: ${each.reason}`),
      confirmLabel: 'Allow',
      tone: 'danger',
    });
    if (answer.kind !== 'accepted') return ok(null);
    this.needs.log.info('tunnel-allowed', { tunnelId: id, uid });
    this.needs.engine.allow(id, uid === null ? { kind: 'anyone' } : { kind: 'uid', uid });
    this.needs.state.update('tunnels', id, (each) => ({
      ...each,
      refused: each.refused.filter((client) => uid !== null && client.uid !== uid),
    }));
    return ok(null);
  }

  /** Names of the tunnels that closing the app would cut while something goes through them. */
  liveNames(): readonly string[] {
    return Object.values(this.needs.state.current.tunnels)
      .filter((each) => each.draft !== null && each.state.kind === 'listening' && isInUse(each))
      .map((each) => `Tunnel: ${each.vmName}, port ${each.remotePort}`);
  }

  private async listen(id: string, vm: VmSummary, draft: TunnelDraft): Promise<void> {
    const route = await this.needs.details.route(vm.id);
    if (!route.ok) {
      this.setState(id, { kind: 'failed', atMs: Date.now(), error: route.error });
      return;
    }
    if (this.find(id)?.state.kind !== 'opening') return; // stopped or removed meanwhile
    const { bastionName } = route.value;
    this.needs.state.update('tunnels', id, (each) => ({ ...each, bastionName }));
    const remembered = this.needs.file.portsOf(vm.id)[String(draft.remotePort)];
    const spec = this.specOf(id, vm, route.value, draft, remembered ?? 0);
    const opened = await this.needs.engine.open(spec, () => undefined);
    if (!opened.ok) {
      this.setState(id, { kind: 'failed', atMs: Date.now(), error: opened.error });
      return;
    }
    if (this.find(id)?.state.kind !== 'listening') await this.needs.engine.close(id);
    // Programs are set up with the port, so the next tunnel to this target has it again. Losing that costs convenience only.
    else await this.needs.file.rememberPort(vm.id, draft.remotePort, opened.value.port);
  }

  private specOf(
    id: string,
    vm: VmSummary,
    route: Pick<ConnectionRoute, 'end' | 'target'>,
    draft: TunnelDraft,
    rememberedPort: number,
  ): TunnelSpec {
    const isGreeting = greetingPorts.has(draft.remotePort);
    return {
      id,
      bastion: route.end,
      target: route.target,
      remotePort: draft.remotePort,
      audience: draft.audience,
      localAddress: draft.address === 'own' ? loopbackAddressOf(vm.id, this.needs.platform) : sharedAddress,
      localPort: draft.localPort ?? rememberedPort,
      // A port that the user named is kept to; one that was only remembered may be taken by now.
      localPortFallback: draft.localPort === null,
      opening: isGreeting ? 'greeting' : 'unknown',
      firstByteTimeoutMs: draft.remotePort === 22 ? greetingTimeoutMs : null,
      maximumConnections: draft.maximumConnections,
      idleCloseMs: draft.idleCloseMinutes === null ? null : draft.idleCloseMinutes * 60_000,
      pings: 'on',
    };
  }

  private show(id: string, draft: TunnelDraft, vmName: string, state: TunnelState): void {
    const facts = { id, draft, vmId: idKey(draft.vmId), vmName, bastionName: '' };
    this.needs.state.upsert('tunnels', id, newTunnel({ ...facts, remotePort: draft.remotePort, state }));
  }

  private opened(spec: TunnelSpec, address: Result<TunnelAddress>): void {
    if (!address.ok) return;
    const state: TunnelState = { kind: 'listening', sinceMs: Date.now(), ...address.value };
    const { remotePort } = spec;
    this.needs.log.info('tunnel-listening', { tunnelId: spec.id, remotePort, localPort: state.port });
    const known = this.find(spec.id);
    if (known !== undefined && known.draft !== null) {
      if (known.state.kind === 'opening') this.setState(spec.id, state);
      return;
    }
    const resourceId = spec.target.kind === 'resource' ? spec.target.resourceId : spec.target.address;
    const vm = this.vm(resourceId);
    const tunnel = newTunnel({
      id: spec.id,
      draft: null,
      vmId: idKey(resourceId),
      vmName: vm?.name ?? resourceId,
      bastionName: spec.bastion.id.split('/').at(-1) ?? '',
      remotePort: spec.remotePort,
      state,
    });
    this.needs.state.upsert('tunnels', spec.id, tunnel);
  }

  private happened(event: TunnelEvent): void {
    if (event.kind === 'step') return;
    this.needs.state.update('tunnels', event.tunnelId, (tunnel) => afterEvent(tunnel, event));
    // The engine still holds the tunnel, with its totals; nothing more can come of it.
    if (event.kind === 'idle-closed') {
      this.needs.log.info('tunnel-unused', { tunnelId: event.tunnelId });
      drop(this.needs.log, 'idle tunnel', this.needs.engine.close(event.tunnelId));
    }
  }

  private closed(id: string): void {
    const tunnel = this.find(id);
    if (tunnel === undefined) return;
    if (tunnel.draft === null) this.needs.state.remove('tunnels', [id]);
    // The engine's thread has ended under it: whoever stops a tunnel sets its state before.
    else if (tunnel.state.kind === 'listening') {
      const error = appError('unexpected', { detail: 'the tunnel engine ended' });
      this.setState(id, { kind: 'failed', atMs: Date.now(), error });
    }
  }

  private setState(id: string, state: TunnelState): void {
    const { log } = this.needs;
    if (state.kind === 'stopped') log.info('tunnel-stopped', { tunnelId: id });
    if (state.kind === 'failed') {
      const { code, detail } = state.error;
      log.error('tunnel-failed', { tunnelId: id, remotePort: this.find(id)?.remotePort, code, detail });
    }
    this.needs.state.update('tunnels', id, (tunnel) => withState(tunnel, state));
  }

  private find(id: string): Tunnel | undefined {
    const { tunnels } = this.needs.state.current;
    return Object.hasOwn(tunnels, id) ? tunnels[id] : undefined;
  }

  private vm(vmId: string): VmSummary | undefined {
    return this.needs.state.current.vms[idKey(vmId)];
  }
}

function isActive(state: TunnelState): boolean {
  return state.kind === 'opening' || state.kind === 'listening' || state.kind === 'stopping';
}
