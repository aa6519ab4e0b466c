import { setTimeout as delay } from 'node:timers/promises';
import { type AppError, appError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import type { CloseReason, ConnectionState, ConnectionStep, TunnelConnection } from '../../shared/tunnel.ts';
import { describeError } from '../log/logger.ts';
import type { BareConnection } from './bare-connection.ts';
import { plainFailure, retryDelayMs, type StepFailure } from './bastion-errors.ts';
import { findPod } from './find-pod.ts';
import type { LocalEnd } from './local-end.ts';
import { Relay } from './relay.ts';
import { Timeline } from './timeline.ts';
import { type DataPlaneToken, deleteToken, type Endpoint, exchangeToken } from './token-exchange.ts';
import type { Transport } from './transport.ts';
import type { TokenRenewal, TunnelSpec } from './tunnel-types.ts';
import { upgradeConnection, type WebSocketOptions } from './web-socket.ts';

export interface ConnectionNeeds {
  readonly number: number;
  readonly spec: TunnelSpec;
  /** Port of every data-plane host. */
  readonly port: number;
  readonly endpointOf: (host: string) => Endpoint;
  /** A TLS connection for the WebSocket; a kept one if there is one. */
  readonly openBare: (host: string, signal: AbortSignal) => Promise<Result<BareConnection>>;
  /** Begins the connection of the token call while the ARM token is asked for. */
  readonly dialExchange: (host: string) => void;
  /** An ARM token of the Bastion's tenant. */
  readonly armToken: (renewal: TokenRenewal) => Promise<Result<string>>;
  /**
   * Begins the check of the local program: null if it may use the tunnel, else why not. It runs beside the token call and
   * the upgrade, and no byte moves before it; where somebody has been turned away before, no session is asked for before it
   * either.
   */
  readonly admit: () => Promise<string | null>;
  readonly admissionFirst: () => boolean;
  readonly messageBytes: number;
  /** What is known of a Bastion from earlier connections. */
  readonly peerOf: (host: string) => WebSocketOptions['peer'];
  readonly onStep: (step: ConnectionStep, durationMs: number) => void;
  readonly onFailed: (step: ConnectionStep, error: AppError) => void;
  readonly onClosed: (error: AppError | null) => void;
  /** Something in {@link Connection.snapshot} has changed. */
  readonly onChange: () => void;
  /** What a session came to: status, node, close reason, bytes, durations. Never tokens. */
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

/** How often a DELETE is tried before the session is left to the server's own clock. */
const deleteAttempts = 3;

const authorityOf = (host: string, port: number): string => (port === 443 ? host : `${host}:${port}`);

/** One local TCP connection = one token exchange = one WebSocket = one DELETE. */
export class Connection {
  /** Settles when the last thing of this connection is done: both sockets closed, the token deleted. */
  readonly done: Promise<void>;
  private readonly local: LocalEnd;
  private readonly needs: ConnectionNeeds;
  private readonly abort = new AbortController();
  private readonly timeline: Timeline;
  private readonly relay: Relay;
  private readonly acceptedAt = Date.now();
  private readonly client: string;
  private transport: Transport | null = null;
  private state: ConnectionState = { kind: 'connecting', step: 'admission' };
  private step: ConnectionStep = 'admission';
  private roundTripMs: number | null = null;
  /** The node of the Bastion that holds the latest session. */
  private node = '';
  private rates = { atMs: 0, sentBytes: 0, receivedBytes: 0, sentPerSecond: 0, receivedPerSecond: 0 };
  /** The connection of the WebSocket, made beside the token exchange; kept for the next try if it was not used. */
  private bare: { readonly host: string; readonly dialed: Promise<Result<BareConnection>> } | null = null;
  private admitted: Promise<string | null> | null = null;
  /** DELETEs of earlier tries. */
  private readonly leftovers: Promise<void>[] = [];

  constructor(local: LocalEnd, needs: ConnectionNeeds) {
    this.local = local;
    this.needs = needs;
    const { remoteAddress, remotePort } = local.socket;
    this.client = `${remoteAddress ?? ''}:${remotePort ?? 0}`;
    this.timeline = new Timeline(needs.onStep);
    this.relay = new Relay(local, {
      opening: needs.spec.opening,
      firstByteTimeoutMs: needs.spec.firstByteTimeoutMs,
      onFirstByte: () => {
        this.timeline.end('first-byte');
        this.needs.onChange();
      },
      onDraining: () => {
        if (this.state.kind === 'open') this.enter({ kind: 'draining', sinceMs: this.timeline.nowMs });
      },
      onRoundTrip: (ms) => {
        this.roundTripMs = ms;
        this.needs.onChange();
      },
    });
    // A tick later: whoever constructs this must have it before the first event of it.
    const begun = Promise.resolve().then(() => this.run());
    this.done = begun.catch((error: unknown) => {
      // A bug ends this connection, not the engine with every other one.
      this.fail(appError('unexpected', { detail: describeError(error) }));
    });
  }

  /** Whether it has come to an end for the local program. */
  get hasEnded(): boolean {
    return this.state.kind === 'closed';
  }

  get traffic(): { readonly sentBytes: number; readonly receivedBytes: number } {
    return this.relay;
  }

  /** What a log line says of it beside its bytes. */
  get facts(): Readonly<Record<string, string | number>> {
    const last = this.timeline.timings.at(-1);
    return {
      node: this.node,
      attempts: last?.attempt ?? 0,
      closeCode: this.relay.closeCode ?? 'none',
      durationMs: Math.round(this.timeline.nowMs),
      steps: this.timeline.timings
        .map(({ step, startMs, endMs }) => `${step} ${endMs === null ? '…' : Math.round(endMs - startMs)}`)
        .join(', '),
    };
  }

  get latestRoundTripMs(): number | null {
    return this.roundTripMs;
  }

  /** Ends the connection in order; `done` tells when the token is deleted, too. */
  close(): void {
    this.abort.abort();
    this.relay.stop();
  }

  /** Asks whether the other side is still there; if nothing comes within the limit, the connection is lost. */
  probe(limitMs: number): void {
    this.transport?.probe(limitMs);
  }

  /** The connection as it is now. Rates are those since the previous call, or of the last second. */
  snapshot(): TunnelConnection {
    const nowMs = performance.now();
    const { sentBytes, receivedBytes } = this.relay;
    const elapsedMs = nowMs - this.rates.atMs;
    if (elapsedMs >= 200) {
      const perSecond = (now: number, before: number) => Math.round(((now - before) * 1000) / elapsedMs);
      const isFirst = this.rates.atMs === 0;
      this.rates = {
        atMs: nowMs,
        sentBytes,
        receivedBytes,
        sentPerSecond: isFirst ? 0 : perSecond(sentBytes, this.rates.sentBytes),
        receivedPerSecond: isFirst ? 0 : perSecond(receivedBytes, this.rates.receivedBytes),
      };
    }
    const isOver = this.state.kind === 'closed';
    return {
      number: this.needs.number,
      acceptedAt: this.acceptedAt,
      client: this.client,
      state: this.state,
      timings: [...this.timeline.timings],
      sentBytes,
      receivedBytes,
      sentPerSecond: isOver ? 0 : this.rates.sentPerSecond,
      receivedPerSecond: isOver ? 0 : this.rates.receivedPerSecond,
      roundTripMs: this.roundTripMs,
    };
  }

  private async run(): Promise<void> {
    const { signal } = this.abort;
    try {
      for (let attempt = 1, renewal: TokenRenewal = { kind: 'cached' }; ; attempt++) {
        this.timeline.beginAttempt(attempt);
        if (attempt > 1) this.enter({ kind: 'connecting', step: 'sign-in' });
        const failure = await this.attempt(renewal);
        if (failure === null) return;
        const isOver = signal.aborted || this.relay.isLocalClosed;
        await this.dropDeadBare();
        const waitMs = isOver ? null : retryDelayMs(failure, attempt);
        if (waitMs === null) {
          if (isOver) this.end(signal.aborted ? 'stopped' : 'local-end', null);
          else this.fail(failure.error);
          return;
        }
        renewal = renewalFor(failure);
        if (waitMs > 0) {
          this.enter({ kind: 'waiting', retryAtMs: this.timeline.nowMs + waitMs, error: failure.error });
          await delay(waitMs, undefined, { signal }).catch(() => undefined); // aborted: the next try ends at once
        }
      }
    } finally {
      this.dropBare();
      await Promise.all(this.leftovers);
    }
  }

  /** One try. Resolves with null when the connection has ended, else with why this try came to nothing. */
  private async attempt(renewal: TokenRenewal): Promise<StepFailure | null> {
    const { needs } = this;
    const { bastion } = needs.spec;
    needs.dialExchange(bastion.endpoint);
    if (bastion.kind === 'dedicated') this.dialBare(bastion.endpoint);
    this.begin('sign-in');
    const signedIn = await needs.armToken(renewal);
    if (!signedIn.ok) return plainFailure(signedIn.error);
    this.timeline.end('sign-in');
    if (needs.admissionFirst() && !(await this.isAdmitted())) return null;
    if (this.abort.signal.aborted) return cancelled();
    const host = await this.findHost(signedIn.value);
    if (typeof host !== 'string') return host;
    this.begin('token');
    const exchange = exchangeToken(needs.endpointOf(host), this.wanted, signedIn.value);
    void this.admission();
    const token = await exchange;
    if (!token.ok) return token.failure;
    this.timeline.end('token');
    this.node = token.value.nodeId;
    try {
      return this.abort.signal.aborted ? cancelled() : await this.relayOver(host, token.value);
    } finally {
      // The next try does not wait for the end of this one's session; whoever waits for `done` does.
      this.leftovers.push(this.deleteSession(host, token.value));
    }
  }

  /** Waits for the check of the local program; one that is turned away gets a reset. */
  private async isAdmitted(): Promise<boolean> {
    const refusal = await this.admission();
    if (refusal === null) return true;
    this.end('failed', appError('local-client-refused', { detail: refusal }));
    this.local.socket.resetAndDestroy();
    return false;
  }

  /** The check, begun once. */
  private admission(): Promise<string | null> {
    if (this.admitted === null) {
      this.timeline.begin('admission');
      // A check that breaks down lets nobody in.
      this.admitted = this.needs.admit().catch((error: unknown) => describeError(error));
      void this.admitted.then(() => this.timeline.end('admission'));
    }
    return this.admitted;
  }

  private get wanted() {
    const { bastion, target, remotePort } = this.needs.spec;
    return { bastionId: bastion.id, target, remotePort };
  }

  private async findHost(armToken: string): Promise<string | StepFailure> {
    const { spec, endpointOf } = this.needs;
    const { kind, endpoint } = spec.bastion;
    if (kind === 'dedicated') return endpoint;
    this.begin('endpoint');
    const pod = await findPod(endpointOf(endpoint), endpoint, this.wanted, armToken);
    if (!pod.ok) return pod.failure;
    this.timeline.end('endpoint');
    this.dialBare(pod.value);
    return pod.value;
  }

  private async relayOver(host: string, token: DataPlaneToken): Promise<StepFailure | null> {
    const { needs } = this;
    this.dialBare(host);
    this.step = 'tls';
    const bare = await (this.bare?.dialed ?? needs.openBare(host, this.abort.signal));
    this.bare = null;
    if (!bare.ok) return plainFailure(bare.error);
    this.begin('upgrade');
    const upgraded = await upgradeConnection(
      bare.value,
      { authority: authorityOf(host, needs.port), path: pathOf(needs.spec.bastion.kind, token) },
      this.abort.signal,
    );
    if (!upgraded.ok) return plainFailure(upgraded.error);
    this.timeline.end('upgrade');
    const isAdmitted = await this.isAdmitted();
    if (!isAdmitted || this.abort.signal.aborted) {
      upgraded.value.destroy();
      return isAdmitted ? cancelled() : null;
    }
    const { events, end } = this.relay.begin();
    upgraded.value.start(
      { messageBytes: needs.messageBytes, pings: needs.spec.pings, peer: needs.peerOf(host) },
      {
        ...events,
        onOpen: (transport) => {
          this.begin('first-byte');
          this.transport = transport;
          this.enter({ kind: 'open', openedAtMs: this.timeline.nowMs });
          events.onOpen(transport);
        },
      },
    );
    const outcome = await end;
    this.transport = null;
    if (outcome.kind === 'retry') return plainFailure(outcome.error);
    this.end(outcome.reason, outcome.error);
    return null;
  }

  /** Begins the connection of the WebSocket, if none to this host is there from the try before. */
  private dialBare(host: string): void {
    if (this.bare?.host === host) return;
    this.dropBare();
    const dialed = this.needs.openBare(host, this.abort.signal);
    this.bare = { host, dialed };
    void dialed.then((bare) => {
      if (!bare.ok || bare.value.times === null) return;
      const { dnsMs, tcpMs, proxyMs, tlsMs } = bare.value.times;
      this.timeline.addMeasured(
        [
          ['dns', dnsMs],
          ['tcp', tcpMs],
          ['proxy', proxyMs],
          ['tls', tlsMs],
        ],
        this.timeline.nowMs,
      );
    });
  }

  /** A connection that could not be made, or has ended, is no help to the next try. */
  private async dropDeadBare(): Promise<void> {
    const { bare } = this;
    const settled = await Promise.race([bare?.dialed, Promise.resolve(null)]);
    const isDead = settled !== null && settled !== undefined && (!settled.ok || !settled.value.isUsable);
    if (isDead && this.bare === bare) this.dropBare();
  }

  private dropBare(): void {
    const { bare } = this;
    this.bare = null;
    void bare?.dialed.then((opened) => opened.ok && opened.value.socket.destroy());
  }

  private async deleteSession(host: string, token: DataPlaneToken): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const reason = await deleteToken(this.needs.endpointOf(host), token);
      if (reason === null) return;
      if (attempt === deleteAttempts) {
        this.needs.log('token-not-deleted', { node: token.nodeId, reason });
        return;
      }
      await delay(200 * attempt);
    }
  }

  private begin(step: ConnectionStep): void {
    this.step = step;
    this.timeline.begin(step);
    if (this.state.kind !== 'open') this.enter({ kind: 'connecting', step });
  }

  private fail(error: AppError): void {
    if (this.hasEnded) return;
    this.needs.onFailed(this.step, error);
    this.relay.resetLocal();
    this.enterClosed('failed', error);
  }

  private end(reason: CloseReason, error: AppError | null): void {
    if (this.hasEnded) return;
    if (reason === 'stopped' || reason === 'local-end') this.local.socket.destroySoon();
    this.enterClosed(reason, error);
    this.needs.onClosed(error);
  }

  private enterClosed(reason: CloseReason, error: AppError | null): void {
    this.timeline.close();
    this.enter({ kind: 'closed', atMs: this.timeline.nowMs, reason, error });
  }

  private enter(state: ConnectionState): void {
    this.state = state;
    this.needs.onChange();
  }
}

function cancelled(): StepFailure {
  return plainFailure(appError('bastion-unreachable', { detail: 'cancelled' }));
}

function renewalFor(failure: StepFailure): TokenRenewal {
  if (failure.claims !== null) return { kind: 'claims', claims: failure.claims };
  return failure.error.code === 'bastion-unauthorized' ? { kind: 'forced' } : { kind: 'cached' };
}

function pathOf(kind: TunnelSpec['bastion']['kind'], token: DataPlaneToken): string {
  const name = encodeURIComponent(token.websocketToken);
  // Pods have no nodes to choose from.
  return kind === 'two-step'
    ? `/omni/webtunnel/${name}`
    : `/webtunnelv2/${name}?X-Node-Id=${encodeURIComponent(token.nodeId)}`;
}
