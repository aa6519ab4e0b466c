import { appError } from '../../shared/errors.ts';
import { err, type Result } from '../../shared/result.ts';
import { makeLookup } from '../net/lookup.ts';
import type { ResolveProxy } from '../net/proxy.ts';
import { SecureConnector } from '../net/secure-connector.ts';
import { BareConnection } from './bare-connection.ts';
import { BufferPool } from './buffer-pool.ts';
import { ExchangeAgent } from './exchange-agent.ts';
import { PeerChecker } from './peer-check.ts';
import { TokenShelf } from './token-shelf.ts';
import { Tunnel } from './tunnel.ts';
import type {
  Allowance,
  DataPlane,
  EngineOptions,
  TokenRenewal,
  TunnelAddress,
  TunnelEvent,
  TunnelSpec,
  WarmTarget,
} from './tunnel-types.ts';
import { WarmConnections } from './warm-connections.ts';
import type { WebSocketOptions } from './web-socket.ts';

/** What the engine needs of whoever runs it. */
export interface EngineNeeds {
  readonly dataPlane: DataPlane;
  readonly options: EngineOptions;
  readonly resolveProxy: ResolveProxy;
  readonly armToken: (tenantId: string, renewal: TokenRenewal) => Promise<Result<string>>;
  readonly emit: (event: TunnelEvent) => void;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
  readonly platform?: NodeJS.Platform;
}

/** How often changes are told. */
const reportEveryMs = 250;

const connectTimeoutMs = 30_000;

/** Frames are written with a length of 16 bits at the most. */
const mostMessageBytes = 65_535;

/** Opens and closes tunnels. Knows neither Electron nor who uses it; runs in a worker, a test or a command line. */
export class TunnelEngine {
  private readonly needs: EngineNeeds;
  private readonly connector: SecureConnector;
  private readonly agent: ExchangeAgent;
  private readonly warm: WarmConnections;
  private readonly peers: PeerChecker;
  private readonly tokens: TokenShelf;
  private readonly pool = new BufferPool();
  private readonly bastions = new Map<string, WebSocketOptions['peer']>();
  private readonly tunnels = new Map<string, Tunnel>();
  private readonly reportTimer: NodeJS.Timeout;
  private nextConnection = 1;

  constructor(needs: EngineNeeds) {
    this.needs = needs;
    const { ca, hosts, port } = needs.dataPlane;
    this.connector = new SecureConnector({
      ca,
      lookup: makeLookup(hosts),
      resolveProxy: needs.resolveProxy,
    });
    this.agent = new ExchangeAgent(this.connector);
    this.warm = new WarmConnections((host, signal) =>
      BareConnection.open(this.connector, this.pool, { host, port }, { signal, timeoutMs: connectTimeoutMs }),
    );
    this.tokens = new TokenShelf(needs.armToken);
    this.peers = new PeerChecker(this.platform, process.getuid?.() ?? -1);
    this.reportTimer = setInterval(() => this.report(), reportEveryMs);
    this.reportTimer.unref();
  }

  /** Listens; resolves when the first local connection would be accepted. */
  async open(spec: TunnelSpec): Promise<Result<TunnelAddress>> {
    const problem = problemOf(spec);
    if (problem !== null) return err(appError('bastion-answer-invalid', { detail: problem }));
    if (this.tunnels.has(spec.id))
      return err(appError('listener-failed', { detail: `the tunnel ${spec.id} is open already` }));
    const tunnel = new Tunnel(spec, {
      tools: {
        port: this.needs.dataPlane.port,
        messageBytes: Math.min(this.needs.options.messageBytes, mostMessageBytes),
        endpointOf: (host) => ({
          origin: `https://${host}${this.needs.dataPlane.port === 443 ? '' : `:${this.needs.dataPlane.port}`}`,
          agent: this.agent,
        }),
        openBare: (host, signal) => this.warm.take(host, signal),
        dialExchange: (host) => void this.agent.warm(host, this.needs.dataPlane.port),
        armToken: (tenantId, renewal) => this.tokens.get(tenantId, renewal),
        peerOf: (host) => this.peerOf(host),
      },
      peers: this.peers,
      pool: this.pool,
      platform: this.platform,
      nextNumber: () => this.nextConnection++,
      emit: this.needs.emit,
      log: this.needs.log,
    });
    // Known from now on: it may be closed while it opens.
    this.tunnels.set(spec.id, tunnel);
    const opened = await tunnel.open();
    if (!opened.ok && this.tunnels.get(spec.id) === tunnel) this.tunnels.delete(spec.id);
    return opened;
  }

  /** Closes a tunnel and its connections; resolves when their tokens are deleted, or after a time limit. */
  async close(tunnelId: string): Promise<void> {
    const tunnel = this.tunnels.get(tunnelId);
    if (tunnel === undefined) return;
    await tunnel.close();
    if (this.tunnels.get(tunnelId) === tunnel) this.tunnels.delete(tunnelId);
  }

  /** Lets a program in that was turned away, because the user said so. */
  allow(tunnelId: string, who: Allowance): void {
    this.tunnels.get(tunnelId)?.allow(who);
  }

  /**
   * Makes the next connection through a Bastion quick: the ARM token and up to two TLS connections stand ready for a
   * minute. Nothing is asked of the Bastion itself: no session, no login.
   */
  async warmUp({ endpoint, tenantId, kind }: WarmTarget): Promise<void> {
    if (!isHostName(endpoint)) return;
    await Promise.all([
      this.tokens.get(tenantId, { kind: 'cached' }),
      this.agent.warm(endpoint, this.needs.dataPlane.port),
      // The pod of a two-step Bastion is known only to those who connect.
      kind === 'dedicated' ? this.warm.warm(endpoint) : null,
    ]);
  }

  /** Lets go of what {@link warmUp} has made ready, tokens too. */
  coolDown(): void {
    this.tokens.clear();
    this.agent.cool();
    this.warm.cool();
  }

  /**
   * After a sleep or a change of the network: kept connections are given up, and every open one must be heard of within
   * the limit or counts as lost.
   */
  networkChanged(limitMs: number): void {
    this.coolDown();
    for (const tunnel of this.tunnels.values()) tunnel.probe(limitMs);
  }

  /** Closes everything. */
  async dispose(): Promise<void> {
    await Promise.all([...this.tunnels.keys()].map((id) => this.close(id)));
    clearInterval(this.reportTimer);
    this.warm.dispose();
    this.agent.destroy();
    this.connector.dispose();
  }

  private peerOf(host: string): WebSocketOptions['peer'] {
    const known = this.bastions.get(host) ?? { answersPings: 'unknown' };
    this.bastions.set(host, known);
    return known;
  }

  private get platform(): NodeJS.Platform {
    return this.needs.platform ?? process.platform;
  }

  private report(): void {
    for (const tunnel of this.tunnels.values()) tunnel.report();
  }
}

function isHostName(text: string): boolean {
  return /^[A-Za-z0-9.-]+$/.test(text);
}

/** What in a spec must not reach a URL or a request. */
function problemOf({ bastion, target, remotePort }: TunnelSpec): string | null {
  // Taken verbatim from ARM, but never anything that could change the URL built from it.
  if (!isHostName(bastion.endpoint)) return `not a host name: ${bastion.endpoint}`;
  if (target.kind === 'ip' && !/^\d{1,3}(\.\d{1,3}){3}$/.test(target.address))
    return `not an IPv4 address: ${target.address}`;
  if (!Number.isInteger(remotePort) || remotePort < 1 || remotePort > 65_535)
    return `not a port: ${remotePort}`;
  return null;
}
