import type { Socket } from 'node:net';
import { err, ok, type Result } from '../../shared/result.ts';
import type { TunnelConnection } from '../../shared/tunnel.ts';
import type { BufferPool } from './buffer-pool.ts';
import { Connection, type ConnectionNeeds } from './connection.ts';
import { Listener } from './listener.ts';
import { LocalEnd } from './local-end.ts';
import type { PeerChecker } from './peer-check.ts';
import type { Allowance, TokenRenewal, TunnelAddress, TunnelEvent, TunnelSpec } from './tunnel-types.ts';

/** What all tunnels of the engine share with their connections. */
export interface ConnectionTools
  extends Pick<
    ConnectionNeeds,
    'port' | 'endpointOf' | 'openBare' | 'dialExchange' | 'messageBytes' | 'peerOf'
  > {
  readonly armToken: (tenantId: string, renewal: TokenRenewal) => Promise<Result<string>>;
}

interface Needs {
  readonly tools: ConnectionTools;
  readonly peers: PeerChecker;
  readonly pool: BufferPool;
  readonly platform: NodeJS.Platform;
  readonly nextNumber: () => number;
  readonly emit: (event: TunnelEvent) => void;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

/** How long a stop waits for close frames and DELETEs. */
const stopTimeoutMs = 8_000;

/** One tunnel: its listener, the connections that go through it, and what they add up to. */
export class Tunnel {
  private readonly spec: TunnelSpec;
  private readonly needs: Needs;
  private listener: Listener | null = null;
  private readonly connections = new Map<number, Connection>();
  private readonly changed = new Map<number, TunnelConnection>();
  private ended = { sentBytes: 0, receivedBytes: 0 };
  private reportedBytes = 0;
  private roundTripMs: number | null = null;
  private hasNews = false;
  private idleTimer: NodeJS.Timeout | null = null;
  private opening: Promise<unknown> | null = null;
  private isClosed = false;

  constructor(spec: TunnelSpec, needs: Needs) {
    this.spec = spec;
    this.needs = needs;
  }

  /** Listens; resolves when the first local connection would be accepted. */
  open(): Promise<Result<TunnelAddress>> {
    const opening = this.listen();
    this.opening = opening;
    return opening;
  }

  private async listen(): Promise<Result<TunnelAddress>> {
    const { spec, needs } = this;
    const opened = await Listener.open(spec, {
      peers: needs.peers,
      platform: needs.platform,
      onAccepted: (socket, admit) => this.accept(socket, admit),
      onRefused: (client) => {
        needs.log('client-refused', { tunnelId: spec.id, reason: client.reason });
        needs.emit({ kind: 'refused', tunnelId: spec.id, client });
      },
    });
    if (!opened.ok) return err(opened.error);
    this.listener = opened.value;
    this.restartIdle();
    return ok(opened.value.address);
  }

  allow(who: Allowance): void {
    this.listener?.allow(who);
  }

  /** Asks every connection whether its other side is still there. */
  probe(limitMs: number): void {
    for (const connection of this.connections.values()) connection.probe(limitMs);
  }

  /** Closes the listener and the connections; resolves when their tokens are deleted, or after a time limit. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.opening;
    if (this.idleTimer !== null) clearTimeout(this.idleTimer);
    this.listener?.close();
    for (const connection of this.connections.values()) connection.close();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopTimeoutMs);
    });
    await Promise.race([Promise.all([...this.connections.values()].map((each) => each.done)), limit]);
    clearTimeout(timer);
    this.report();
  }

  /** Tells what has changed since the last call. */
  report(): void {
    const totals = this.totals();
    const bytes = totals.sentBytes + totals.receivedBytes;
    const isMoving = bytes !== this.reportedBytes;
    if (!isMoving && !this.hasNews && this.changed.size === 0) return;
    // While bytes move every connection's rate is news, and once more when they have stopped.
    for (const [number, connection] of this.connections) this.changed.set(number, connection.snapshot());
    const connections = [...this.changed.values()];
    this.changed.clear();
    this.hasNews = isMoving;
    this.reportedBytes = bytes;
    const { roundTripMs } = this;
    this.needs.emit({ kind: 'progress', tunnelId: this.spec.id, connections, ...totals, roundTripMs });
  }

  private totals() {
    let { sentBytes, receivedBytes } = this.ended;
    for (const { traffic } of this.connections.values()) {
      sentBytes += traffic.sentBytes;
      receivedBytes += traffic.receivedBytes;
    }
    return { sentBytes, receivedBytes };
  }

  private accept(socket: Socket, admit: () => Promise<string | null>): void {
    const { spec, needs } = this;
    if (this.connections.size >= spec.maximumConnections) {
      this.listener?.refuse(socket, `${spec.maximumConnections} connections are open already`, null);
      socket.resetAndDestroy();
      return;
    }
    this.stopIdle();
    const number = needs.nextNumber();
    const about = { tunnelId: spec.id, connection: number };
    const connection: Connection = new Connection(new LocalEnd(socket, needs.pool), {
      ...needs.tools,
      number,
      spec,
      admit,
      admissionFirst: () => this.listener?.hasRefused === true,
      armToken: (renewal) => needs.tools.armToken(spec.bastion.tenantId, renewal),
      onStep: (step, durationMs) => needs.emit({ kind: 'step', ...about, step, durationMs }),
      onFailed: (step, error) => {
        const outcome = { step, code: error.code, detail: error.detail ?? '' };
        needs.log('connection-failed', { ...about, ...outcome, ...connection.facts });
        needs.emit({ kind: 'failed', ...about, step, error });
      },
      onClosed: (error) => {
        const { sentBytes, receivedBytes } = connection.traffic;
        const outcome = { code: error?.code ?? 'ok', detail: error?.detail ?? '' };
        needs.log('connection-closed', {
          ...about,
          sentBytes,
          receivedBytes,
          ...outcome,
          ...connection.facts,
        });
        needs.emit({ kind: 'closed', ...about, error, sentBytes, receivedBytes });
      },
      onChange: () => {
        this.hasNews = true;
        this.roundTripMs = connection.latestRoundTripMs ?? this.roundTripMs;
      },
      log: (event, fields) => needs.log(event, { ...about, ...fields }),
    });
    this.connections.set(number, connection);
    void connection.done.then(() => {
      this.connections.delete(number);
      this.changed.set(number, connection.snapshot());
      this.ended.sentBytes += connection.traffic.sentBytes;
      this.ended.receivedBytes += connection.traffic.receivedBytes;
      if (this.connections.size === 0) this.restartIdle();
    });
  }

  private restartIdle(): void {
    const { idleCloseMs } = this.spec;
    this.stopIdle();
    if (idleCloseMs === null || this.isClosed) return;
    this.idleTimer = setTimeout(() => {
      this.listener?.close();
      this.needs.emit({ kind: 'idle-closed', tunnelId: this.spec.id });
    }, idleCloseMs);
  }

  private stopIdle(): void {
    if (this.idleTimer !== null) clearTimeout(this.idleTimer);
    this.idleTimer = null;
  }
}
