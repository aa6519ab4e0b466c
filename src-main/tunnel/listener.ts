import { createServer, type Server, type Socket } from 'node:net';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { errorCodeOf } from '../net/network-errors.ts';
import { checkPeer } from './peer-check.ts';
import type { TunnelAddress, TunnelSpec } from './tunnel-types.ts';

interface Needs {
  readonly onAccepted: (socket: Socket) => void;
  readonly onRefused: (reason: string) => void;
}

/** The local end of a tunnel: loopback only, one family, and only for programs of the same user. */
export class Listener {
  private readonly server: Server;
  private readonly spec: TunnelSpec;
  private isClosed = false;

  private constructor(server: Server, spec: TunnelSpec, needs: Needs) {
    this.server = server;
    this.spec = spec;
    server.on('connection', (socket) => void this.admit(socket, needs));
  }

  static async open(spec: TunnelSpec, needs: Needs): Promise<Result<Listener>> {
    if (!spec.localAddress.startsWith('127.')) {
      return err(appError('listener-failed', { detail: `${spec.localAddress} is not a loopback address` }));
    }
    // Paused until admitted, so that nothing is read for a program that may be turned away.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const wanted = await listen(server, spec.localAddress, spec.localPort);
    if (wanted === null) return ok(new Listener(server, spec, needs));
    if (errorCodeOf(wanted) === 'EADDRINUSE' && spec.localPortFallback) {
      const free = await listen(server, spec.localAddress, 0);
      if (free === null) return ok(new Listener(server, spec, needs));
    }
    const code = errorCodeOf(wanted) === 'EADDRINUSE' ? 'listener-port-in-use' : 'listener-failed';
    return err(
      appError(code, { detail: `${spec.localAddress}:${spec.localPort}: ${describeError(wanted)}` }),
    );
  }

  get address(): TunnelAddress {
    const address = this.server.address();
    if (address === null || typeof address === 'string') return { address: this.spec.localAddress, port: 0 };
    return { address: address.address, port: address.port };
  }

  close(): void {
    this.isClosed = true;
    this.server.close();
  }

  private async admit(socket: Socket, needs: Needs): Promise<void> {
    socket.on('error', () => undefined); // a peer that resets while it is being looked up
    const verdict = await checkPeer(socket, process.platform, process.getuid?.() ?? -1);
    if (verdict.kind === 'other') {
      socket.resetAndDestroy();
      needs.onRefused(verdict.reason);
      return;
    }
    // Two programs may have been accepted while the first was looked up: a single-use listener takes one.
    if (this.isClosed) {
      socket.resetAndDestroy();
      return;
    }
    if (this.spec.mode === 'single-use') this.close();
    needs.onAccepted(socket);
  }
}

/** Resolves with null when listening, else with the error. */
function listen(server: Server, host: string, port: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const onError = (error: Error) => {
      server.off('listening', onListening);
      resolve(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(null);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host, port, exclusive: true });
  });
}
