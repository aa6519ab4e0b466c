import { createServer, type Server, type Socket } from 'node:net';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RefusedClient } from '../../shared/tunnel.ts';
import { errorCodeOf } from '../net/network-errors.ts';
import { explainListenError } from './listener-errors.ts';
import type { PeerChecker, SocketEnds } from './peer-check.ts';
import type { Allowance, TunnelAddress, TunnelSpec } from './tunnel-types.ts';

interface Needs {
  readonly peers: PeerChecker;
  readonly platform: NodeJS.Platform;
  /** A program has connected. `admit` begins the check: it resolves with null, or with why the tunnel is not for it. */
  readonly onAccepted: (socket: Socket, admit: () => Promise<string | null>) => void;
  readonly onRefused: (client: RefusedClient) => void;
}

/** Waiting connections of the kernel: a crowd may come at once. */
const backlog = 511;

/** The local end of a tunnel: loopback only, one family, and only for those that the tunnel is meant for. */
export class Listener {
  private readonly server: Server;
  private readonly spec: TunnelSpec;
  private readonly needs: Needs;
  private readonly allowed = new Set<number | 'anyone'>();
  private isClosed = false;
  private refusals = 0;

  private constructor(server: Server, spec: TunnelSpec, needs: Needs) {
    this.server = server;
    this.spec = spec;
    this.needs = needs;
    server.on('connection', (socket) => this.accept(socket));
    // A listener can fail later, out of descriptors: those that are connected go on.
    server.on('error', () => undefined);
  }

  static async open(spec: TunnelSpec, needs: Needs): Promise<Result<Listener>> {
    if (!/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(spec.localAddress)) {
      return err(appError('listener-failed', { detail: `${spec.localAddress} is not a loopback address` }));
    }
    // Paused until admitted, so that nothing is read for a program that may be turned away.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const wanted = await listen(server, spec.localAddress, spec.localPort);
    if (wanted === null) return ok(new Listener(server, spec, needs));
    const code = errorCodeOf(wanted);
    if ((code === 'EADDRINUSE' || code === 'EACCES') && spec.localPortFallback) {
      const free = await listen(server, spec.localAddress, 0);
      if (free === null) return ok(new Listener(server, spec, needs));
    }
    return err(await explainListenError(wanted, spec.localAddress, spec.localPort, needs.platform));
  }

  get address(): TunnelAddress {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is not listening');
    return { address: address.address, port: address.port };
  }

  /** Whether somebody has been turned away: others of that kind may follow. */
  get hasRefused(): boolean {
    return this.refusals > 0;
  }

  /** Lets in somebody whom the user has allowed after a refusal. */
  allow(who: Allowance): void {
    this.allowed.add(who.kind === 'anyone' ? 'anyone' : who.uid);
  }

  /** Turns a program away and says so. */
  refuse(socket: Socket, reason: string, uid: number | null): void {
    this.needs.onRefused({ client: clientOf(socket), reason, uid, at: Date.now() });
  }

  /** Takes no more connections; those that are open stay. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.server.close();
  }

  private accept(socket: Socket): void {
    socket.on('error', () => undefined); // it gives up before it is admitted: its end is seen when it is read
    if (this.isClosed) {
      socket.resetAndDestroy();
      return;
    }
    if (this.spec.audience !== 'single-use') {
      const ends = endsOf(socket);
      this.needs.onAccepted(socket, () => this.judge(ends));
      return;
    }
    // The one connection must be the right one: somebody else's must not use it up. Where only a slow program can tell whose
    // it is, loopback and the one use are the guard: our own program connects within milliseconds.
    const judged = this.needs.platform === 'linux' ? this.judge(endsOf(socket)) : Promise.resolve(null);
    void judged.then((refusal) => {
      if (refusal !== null || this.isClosed) {
        socket.resetAndDestroy();
        return;
      }
      this.close();
      this.needs.onAccepted(socket, () => Promise.resolve(null));
    });
  }

  private async judge(ends: SocketEnds): Promise<string | null> {
    if (this.spec.audience === 'any-user' || this.allowed.has('anyone')) return null;
    const client = clientOf(ends);
    const verdict = await this.needs.peers.check(ends);
    if (verdict.kind !== 'other') return null;
    if (verdict.uid !== null && this.allowed.has(verdict.uid)) return null;
    this.refusals++;
    this.needs.onRefused({ client, reason: verdict.reason, uid: verdict.uid, at: Date.now() });
    return verdict.reason;
  }
}

/** Who is connected to what. Read at once: the socket is used up by whoever takes it. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): SocketEnds {
  return { remoteAddress, remotePort, localAddress, localPort };
}

function clientOf({ remoteAddress, remotePort }: SocketEnds): string {
  return `${remoteAddress ?? ''}:${remotePort ?? 0}`;
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
    server.listen({ host, port, exclusive: true, backlog });
  });
}
