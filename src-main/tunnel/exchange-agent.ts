import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { SecureConnector } from '../net/secure-connector.ts';
import { ConnectError } from './connect-error.ts';

const connectTimeoutMs = 30_000;

/** Calls at a time; more wait. A crowd of connections needs no crowd of handshakes for its token calls. */
const mostSockets = 16;

interface ConnectOptions {
  readonly host?: string | null | undefined;
  readonly port?: string | number | null | undefined;
}

type Created = (error: Error | null, socket: Duplex) => void;

/**
 * Keeps connections for the token calls: POST and DELETE share them, and some can be made ready ahead of the first call.
 * Only sessions and WebSockets are one per connection; the TLS under these calls is not.
 */
export class ExchangeAgent extends Agent {
  private readonly connector: SecureConnector;
  private readonly abort = new AbortController();
  private readonly ready = new Map<string, TLSSocket>();

  constructor(connector: SecureConnector) {
    super({ keepAlive: true, maxSockets: mostSockets, maxFreeSockets: 4 });
    this.connector = connector;
  }

  /** Whether a call to this host would need no new connection. */
  isWarm(host: string, port: number): boolean {
    if (this.usable(host, port) !== null) return true;
    const free = Object.entries(this.freeSockets).filter(([name]) => name.startsWith(`${host}:${port}:`));
    return free.some(([, sockets]) => (sockets?.length ?? 0) > 0);
  }

  /** Makes a connection ready for the next call to this host. */
  async warm(host: string, port: number): Promise<void> {
    if (this.isWarm(host, port)) return;
    const connected = await this.connect(host, port);
    if (!connected.ok) return; // the call that needs it will say why
    const { socket } = connected.value;
    const name = `${host}:${port}`;
    const forget = () => {
      if (this.ready.get(name) === socket) this.ready.delete(name);
    };
    this.ready.get(name)?.destroy();
    this.ready.set(name, socket);
    socket.on('error', forget);
    socket.once('close', forget);
  }

  /** Gives up what was made ready ahead of any call. */
  cool(): void {
    for (const socket of this.ready.values()) socket.destroy();
    this.ready.clear();
  }

  override createConnection(options: ConnectOptions, callback?: Created): Duplex | undefined {
    const host = options.host ?? '';
    const port = Number(options.port);
    const ready = this.usable(host, port);
    if (ready !== null) {
      this.ready.delete(`${host}:${port}`);
      return ready;
    }
    void this.answer(host, port, callback);
    return undefined;
  }

  override destroy(): void {
    this.abort.abort();
    this.cool();
    super.destroy();
  }

  private async answer(host: string, port: number, created: Created | undefined): Promise<void> {
    const connected = await this.connect(host, port);
    if (connected.ok) created?.(null, connected.value.socket);
    else created?.(new ConnectError(connected.error), undefined as never); // there is none beside an error
  }

  private usable(host: string, port: number): TLSSocket | null {
    const socket = this.ready.get(`${host}:${port}`);
    return socket === undefined || socket.destroyed || !socket.writable ? null : socket;
  }

  private connect(host: string, port: number) {
    return this.connector.connect(
      { host, port },
      { signal: this.abort.signal, timeoutMs: connectTimeoutMs, unreachable: 'bastion-unreachable' },
    );
  }
}
