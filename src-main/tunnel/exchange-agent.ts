import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ConnectorAgent } from '../net/connector-agent.ts';
import type { Result } from '../../shared/result.ts';
import { ConnectFailure } from '../net/connect-failure.ts';
import type { SecureConnection, SecureConnector } from '../net/secure-connector.ts';

/** As long as a call would have for it: whoever takes over a connection that is still made waits no longer. */
const connectTimeoutMs = 25_000;

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
  /** Those on their way to be ready; the next call takes over one that is still made. */
  private readonly making = new Map<string, Promise<Result<SecureConnection>>>();

  constructor(connector: SecureConnector) {
    super({ connector: Promise.resolve(connector), unreachable: 'bastion-unreachable' });
    this.maxFreeSockets = mostKept;
    this.connector = connector;
  }

  /** Makes a connection ready for the next call to this host. */
  async warm(host: string, port: number): Promise<void> {
    const name = `${host}:${port}`;
    if (this.take(name, 'look') !== null || this.making.has(name) || this.hasFree(name)) return;
    const making = this.make(host, port);
    this.making.set(name, making);
    const made = await making;
    // Taken over meanwhile: it is a call's by now.
    if (this.making.get(name) !== making) return;
    this.making.delete(name);
    if (!made.ok) return; // the call that needs it will say why
    const { socket } = made.value;
    const forget = () => {
      if (this.ready.get(name) === socket) this.ready.delete(name);
    };
    this.ready.set(name, socket);
    socket.on('error', forget);
    socket.once('close', forget);
  }

  /** Closes every connection that is not in use. */
  cool(): void {
    for (const socket of this.ready.values()) socket.destroy();
    this.ready.clear();
    for (const making of this.making.values())
      void making.then((made) => made.ok && made.value.socket.destroy());
    this.making.clear();
    this.forgetIdle();
  }

  override createConnection(
    target: Target,
    created?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    const name = `${target.host ?? ''}:${target.port ?? ''}`;
    const ready = this.take(name, 'take');
    if (ready !== null) return ready;
    const making = this.making.get(name);
    if (making === undefined || created === undefined) return super.createConnection(target, created);
    this.making.delete(name);
    void making.then((made) => {
      // There is no socket beside an error, whatever the types say.
      if (made.ok) created(null, made.value.socket);
      else created(new ConnectFailure(made.error), undefined as never);
    });
    return undefined;
  }

  override destroy(): void {
    this.warming.abort();
    this.cool();
    super.destroy();
  }

  private make(host: string, port: number): Promise<Result<SecureConnection>> {
    return this.connector.connect(
      { host, port },
      { signal: this.warming.signal, timeoutMs: connectTimeoutMs, unreachable: 'bastion-unreachable' },
    );
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
