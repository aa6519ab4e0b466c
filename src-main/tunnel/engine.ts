import type { Agent } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { makeAgent } from '../net/https-request.ts';
import { makeLookup } from '../net/lookup.ts';
import { Connection } from './connection.ts';
import { Listener } from './listener.ts';
import type { DataPlane, TunnelAddress, TunnelEvent, TunnelSpec } from './tunnel-types.ts';

interface Needs {
  readonly dataPlane: DataPlane;
  readonly armToken: (tenantId: string, isForced: boolean) => Promise<Result<string>>;
  readonly emit: (event: TunnelEvent) => void;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

interface Tunnel {
  readonly spec: TunnelSpec;
  readonly listener: Listener;
  readonly connections: Map<number, Connection>;
  sentBytes: number;
  receivedBytes: number;
  roundTripMs: number | null;
  isTrafficNew: boolean;
}

/** How often byte counts are reported. */
const trafficEveryMs = 500;

/** How long a stop waits for close frames and DELETEs. */
const stopTimeoutMs = 8_000;

/** Opens and closes tunnels. Knows neither Electron nor who uses it; runs in a worker, a test or a command line. */
export class TunnelEngine {
  private readonly needs: Needs;
  private readonly agent: Agent;
  private readonly lookup: LookupFunction;
  private readonly tunnels = new Map<string, Tunnel>();
  private readonly ending = new Set<Promise<void>>();
  private readonly trafficTimer: NodeJS.Timeout;
  private nextConnection = 1;

  constructor(needs: Needs) {
    this.needs = needs;
    this.lookup = makeLookup(needs.dataPlane.hosts);
    this.agent = makeAgent(needs.dataPlane.ca, this.lookup);
    this.trafficTimer = setInterval(() => this.reportTraffic(), trafficEveryMs);
    this.trafficTimer.unref();
  }

  /** Listens; resolves when the first local connection would be accepted. */
  async open(spec: TunnelSpec): Promise<Result<TunnelAddress>> {
    // Taken verbatim from ARM, but never anything that could change the URL built from it.
    if (!/^[A-Za-z0-9.-]+$/.test(spec.endpoint)) {
      return err(appError('bastion-answer-invalid', { detail: `not a host name: ${spec.endpoint}` }));
    }
    const opened = await Listener.open(spec, {
      onAccepted: (socket) => this.accept(spec.id, socket),
      onRefused: (reason) => this.needs.emit({ kind: 'refused', tunnelId: spec.id, reason }),
    });
    if (!opened.ok) return opened;
    this.tunnels.set(spec.id, {
      spec,
      listener: opened.value,
      connections: new Map(),
      sentBytes: 0,
      receivedBytes: 0,
      roundTripMs: null,
      isTrafficNew: false,
    });
    return ok(opened.value.address);
  }

  /** Closes a tunnel and its connections; resolves when their tokens are deleted, or after a time limit. */
  async close(tunnelId: string): Promise<void> {
    const tunnel = this.tunnels.get(tunnelId);
    if (tunnel === undefined) return;
    tunnel.listener.close();
    for (const connection of tunnel.connections.values()) connection.close();
    await withLimit(Promise.all([...tunnel.connections.values()].map((connection) => connection.done)));
    this.reportTraffic();
    this.tunnels.delete(tunnelId);
  }

  /** Closes everything. */
  async dispose(): Promise<void> {
    await Promise.all([...this.tunnels.keys()].map((id) => this.close(id)));
    await withLimit(Promise.all(this.ending));
    clearInterval(this.trafficTimer);
    this.agent.destroy();
  }

  private accept(tunnelId: string, socket: Socket): void {
    const tunnel = this.tunnels.get(tunnelId);
    if (tunnel === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const { spec } = tunnel;
    const number = this.nextConnection++;
    const about = { tunnelId, connection: number };
    const totals = { sentBytes: 0, receivedBytes: 0 };
    const { port } = this.needs.dataPlane;
    const connection = new Connection(socket, {
      spec,
      origin: `https://${spec.endpoint}${port === 443 ? '' : `:${port}`}`,
      agent: this.agent,
      ca: this.needs.dataPlane.ca,
      lookup: this.lookup,
      armToken: (isForced) => this.needs.armToken(spec.tenantId, isForced),
      onStep: (step, durationMs) => this.needs.emit({ kind: 'step', ...about, step, durationMs }),
      onFailed: (step, error) => {
        this.needs.log('connection-failed', { ...about, step, code: error.code, detail: error.detail ?? '' });
        this.needs.emit({ kind: 'failed', ...about, step, error });
      },
      onClosed: (error) => {
        this.needs.log('connection-closed', {
          ...about,
          ...totals,
          code: error?.code ?? 'ok',
          detail: error?.detail ?? '',
        });
        this.needs.emit({ kind: 'closed', ...about, error, ...totals });
      },
      onTraffic: (sent, received) => {
        totals.sentBytes += sent;
        totals.receivedBytes += received;
        tunnel.sentBytes += sent;
        tunnel.receivedBytes += received;
        tunnel.isTrafficNew = true;
      },
      onRoundTrip: (ms) => {
        tunnel.roundTripMs = ms;
        tunnel.isTrafficNew = true;
      },
      onLeak: (reason) => this.needs.log('token-not-deleted', { ...about, reason }),
    });
    tunnel.connections.set(number, connection);
    this.ending.add(connection.done);
    void connection.done.finally(() => {
      this.ending.delete(connection.done);
      tunnel.connections.delete(number);
    });
  }

  private reportTraffic(): void {
    for (const tunnel of this.tunnels.values()) {
      if (!tunnel.isTrafficNew) continue;
      tunnel.isTrafficNew = false;
      const { sentBytes, receivedBytes, roundTripMs } = tunnel;
      this.needs.emit({ kind: 'traffic', tunnelId: tunnel.spec.id, sentBytes, receivedBytes, roundTripMs });
    }
  }
}

async function withLimit(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, stopTimeoutMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
