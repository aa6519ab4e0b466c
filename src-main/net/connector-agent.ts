import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../shared/errors.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { SecureConnector } from './secure-connector.ts';

interface Needs {
  /** Ready when the list of trusted authorities has been read. */
  readonly connector: Promise<SecureConnector>;
  /** The code for a plain failure of the network. */
  readonly unreachable: ErrorCode;
}

interface Target {
  readonly host?: string | null | undefined;
  readonly port?: string | number | null | undefined;
}

/** Below the 30 s of the calls: what kept the connection from being made is told, not that the call took too long. */
const connectTimeoutMs = 25_000;

/**
 * An agent for `node:https` whose connections are those of a {@link SecureConnector}: same proxy, same trust. Options of
 * a request that would change the trust are not looked at. Failures are {@link ConnectFailure}s.
 */
export class ConnectorAgent extends Agent {
  private readonly needs: Needs;
  private readonly abort = new AbortController();

  constructor(needs: Needs) {
    super({ keepAlive: true, maxSockets: 16 });
    this.needs = needs;
  }

  override createConnection(
    target: Target,
    created?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    this.connect(target).then(
      (socket) => created?.(null, socket),
      // There is no socket beside an error, whatever the types say.
      (error: unknown) => created?.(error as Error, undefined as never),
    );
    return undefined;
  }

  /** Closes the kept connections that are not in use: they lead by a proxy that may not hold any more. */
  forgetIdle(): void {
    for (const sockets of Object.values(this.freeSockets))
      for (const socket of sockets?.slice() ?? []) socket.destroy();
  }

  override destroy(): void {
    this.abort.abort();
    super.destroy();
  }

  private async connect({ host, port }: Target): Promise<Duplex> {
    const connector = await this.needs.connector;
    const connected = await connector.connect(
      { host: host ?? '', port: Number(port) },
      { signal: this.abort.signal, timeoutMs: connectTimeoutMs, unreachable: this.needs.unreachable },
    );
    if (!connected.ok) throw new ConnectFailure(connected.error);
    return connected.value.socket;
  }
}
