import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ConnectorAgent } from '../net/connector-agent.ts';
import type { SecureConnector } from '../net/secure-connector.ts';

const connectTimeoutMs = 30_000;

/** Connections that are kept for later calls. */
const mostKept = 4;

interface Target {
  readonly host?: string | null | undefined;
  readonly port?: string | number | null | undefined;
}

/**
 * Keeps connections for the token calls: POST and DELETE share them, and one can be made ready ahead of the first call.
 * Only sessions and WebSockets are one per connection; the TLS under these calls is not.
 */
export class ExchangeAgent extends ConnectorAgent {
  private readonly connector: SecureConnector;
  private readonly warming = new AbortController();
  private readonly ready = new Map<string, TLSSocket>();

  constructor(connector: SecureConnector) {
    super({ connector: Promise.resolve(connector), unreachable: 'bastion-unreachable' });
    this.maxFreeSockets = mostKept;
    this.connector = connector;
  }

  /** Makes a connection ready for the next call to this host. */
  async warm(host: string, port: number): Promise<void> {
    const name = `${host}:${port}`;
    if (this.take(name, 'look') !== null || this.hasFree(name)) return;
    const connected = await this.connector.connect(
      { host, port },
      { signal: this.warming.signal, timeoutMs: connectTimeoutMs, unreachable: 'bastion-unreachable' },
    );
    if (!connected.ok) return; // the call that needs it will say why
    const { socket } = connected.value;
    const forget = () => {
      if (this.ready.get(name) === socket) this.ready.delete(name);
    };
    this.ready.get(name)?.destroy();
    this.ready.set(name, socket);
    socket.on('error', forget);
    socket.once('close', forget);
  }

  /** Closes every connection that is not in use. */
  cool(): void {
    for (const socket of this.ready.values()) socket.destroy();
    this.ready.clear();
    this.forgetIdle();
  }

  override createConnection(
    target: Target,
    created?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    return (
      this.take(`${target.host ?? ''}:${target.port ?? ''}`, 'take') ??
      super.createConnection(target, created)
    );
  }

  override destroy(): void {
    this.warming.abort();
    this.cool();
    super.destroy();
  }

  private take(name: string, how: 'look' | 'take'): TLSSocket | null {
    const socket = this.ready.get(name);
    if (socket === undefined || socket.destroyed || !socket.writable) return null;
    if (how === 'take') this.ready.delete(name);
    return socket;
  }

  private hasFree(name: string): boolean {
    return Object.entries(this.freeSockets).some(
      ([key, sockets]) => key.startsWith(`${name}:`) && (sockets?.length ?? 0) > 0,
    );
  }
}
