import { isIPv6, type LookupFunction, type OnReadOpts } from 'node:net';
import { createSecureContext, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import { type AppError, appError, type ErrorCode } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ConnectFailure } from './connect-failure.ts';
import { shakeHands } from './handshake.ts';
import { describeNetworkError, isTlsTrustError } from './network-errors.ts';
import { peekCertificate } from './peek-certificate.ts';
import type { Proxy, ResolveProxy } from './proxy.ts';
import { nameOfProxy, ProxyDialer, type RealProxy } from './through-proxy.ts';
import { TlsSessions } from './tls-sessions.ts';
import { describeUntrusted } from './untrusted.ts';
import { within } from './within.ts';

/** How long each part of a connection took, in milliseconds; null: it did not happen. */
export interface ConnectTimes {
  /** Look-up of the name that this computer connects to: the proxy's, if there is one. */
  readonly dnsMs: number | null;
  readonly tcpMs: number;
  /** What the proxy took to open the way. */
  readonly proxyMs: number | null;
  readonly tlsMs: number;
  /** `host:port`, never credentials; null: direct. */
  readonly proxy: string | null;
}

/** A verified TLS connection over which nothing has been said. */
export interface SecureConnection {
  readonly socket: TLSSocket;
  readonly times: ConnectTimes;
}

interface Needs {
  /** PEM certificates of the trusted authorities; null: those that Node brings. */
  readonly ca: readonly string[] | null;
  readonly lookup: LookupFunction;
  readonly resolveProxy: ResolveProxy;
  /** How long a proxy may take while there is another way to try; 10 s if absent. */
  readonly proxyPatienceMs?: number;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/** How one connection is to be made. */
export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** For everything, from the question for a proxy to the end of the handshake. */
  readonly timeoutMs: number;
  /** The code for a plain failure of the network. */
  readonly unreachable: ErrorCode;
  /** Reads into memory of the caller. Works without a proxy only: through one, the socket emits `data` instead. */
  readonly onread?: OnReadOpts;
  /** Offered by ALPN; nothing is, if absent. */
  readonly alpn?: readonly string[];
}

const usualProxyPatienceMs = 10_000;

/**
 * Makes TLS connections, through the user's proxy where there is one. One context of trust for all of them: to load a
 * whole list of authorities takes long. What it gives has been verified; there is no way to switch that off.
 */
export class SecureConnector {
  private readonly needs: Needs;
  private readonly proxies: ProxyDialer;
  private readonly sessions = new TlsSessions();
  private readonly running = new Set<AbortController>();
  private context: SecureContext | null = null;

  constructor(needs: Needs) {
    this.needs = needs;
    this.proxies = new ProxyDialer({ lookup: needs.lookup, context: () => this.trust() });
  }

  /** TLS to a host, by the first of its proxies that can be reached. Nagle's delay is off, and the name is sent (SNI). */
  async connect(target: Target, options: ConnectOptions): Promise<Result<SecureConnection>> {
    const limit = new AbortController();
    const cancel = () => limit.abort(new Error('cancelled'));
    const timer = setTimeout(
      () =>
        limit.abort(new Error(`no connection to ${target.host}:${target.port} in ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    if (options.signal.aborted) cancel();
    options.signal.addEventListener('abort', cancel, { once: true });
    this.running.add(limit);
    try {
      return await this.tryEach(target, options, limit.signal);
    } finally {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', cancel);
      this.running.delete(limit);
    }
  }

  /** Gives up what is under way and forgets all sessions. Connections that were handed over stay. */
  dispose(): void {
    for (const each of this.running) each.abort(new Error('cancelled'));
    this.sessions.clear();
  }

  private trust(): SecureContext {
    const { ca } = this.needs;
    this.context ??= createSecureContext(ca === null ? {} : { ca: [...ca] });
    return this.context;
  }

  private async tryEach(
    target: Target,
    options: ConnectOptions,
    signal: AbortSignal,
  ): Promise<Result<SecureConnection>> {
    const failures: AppError[] = [];
    try {
      const proxies = await this.resolve(target, signal);
      for (const [index, proxy] of proxies.entries()) {
        const isLast = index === proxies.length - 1;
        const connected = await this.tryOne(proxy, target, options, signal, isLast);
        if (connected.ok) return connected;
        failures.push(connected.error);
        // Only what cannot be reached is passed over. A refusal or a false certificate is an answer.
        const { code } = connected.error;
        if (signal.aborted || (code !== 'proxy-unreachable' && code !== options.unreachable))
          return connected;
      }
    } catch (error) {
      failures.push(appError(options.unreachable, { detail: describeNetworkError(error) }));
    }
    const code = failures[0]?.code ?? options.unreachable;
    return err(appError(code, { detail: failures.map((each) => each.detail).join('; then ') }));
  }

  /** The question may go to another thread, or to a script of the company: the time limit holds for it too. */
  private resolve({ host, port }: Target, signal: AbortSignal): Promise<readonly Proxy[]> {
    const url = `https://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason as Error);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.needs.resolveProxy(url).then(resolve, reject);
    });
  }

  private async tryOne(
    proxy: Proxy,
    target: Target,
    options: ConnectOptions,
    signal: AbortSignal,
    isLast: boolean,
  ): Promise<Result<SecureConnection>> {
    try {
      return ok(
        proxy.kind === 'direct'
          ? await this.connectDirect(target, options, signal)
          : await this.connectThrough(proxy, target, options, signal, isLast),
      );
    } catch (error) {
      if (error instanceof ConnectFailure) return err(error.appError);
      if (!isTlsTrustError(error))
        return err(appError(options.unreachable, { detail: describeNetworkError(error) }));
      const certificate = await this.peek(proxy, target, signal);
      return err(describeUntrusted(`${target.host}:${target.port}`, error, certificate));
    }
  }

  private async connectDirect(
    target: Target,
    options: ConnectOptions,
    signal: AbortSignal,
  ): Promise<SecureConnection> {
    const startMs = performance.now();
    const { socket, lookedUpAtMs, connectedAtMs } = await this.handshake(target, 'direct', {
      lookup: this.needs.lookup,
      onread: options.onread,
      alpn: options.alpn,
      signal,
    });
    const times: ConnectTimes = {
      dnsMs: lookedUpAtMs === null ? null : lookedUpAtMs - startMs,
      tcpMs: connectedAtMs - (lookedUpAtMs ?? startMs),
      proxyMs: null,
      tlsMs: performance.now() - connectedAtMs,
      proxy: null,
    };
    return { socket, times };
  }

  private async connectThrough(
    proxy: RealProxy,
    target: Target,
    options: ConnectOptions,
    signal: AbortSignal,
    isLast: boolean,
  ): Promise<SecureConnection> {
    const limitMs = isLast ? options.timeoutMs : (this.needs.proxyPatienceMs ?? usualProxyPatienceMs);
    const stream = await within(limitMs, signal, (limit) => this.proxies.open(proxy, target, limit));
    const startMs = performance.now();
    const { socket } = await this.handshake(target, nameOfProxy(proxy), {
      over: stream.socket,
      alpn: options.alpn,
      signal,
    });
    const { dnsMs, tcpMs, proxyMs } = stream;
    const times: ConnectTimes = {
      dnsMs,
      tcpMs,
      proxyMs,
      tlsMs: performance.now() - startMs,
      proxy: nameOfProxy(proxy),
    };
    return { socket, times };
  }

  /** Resumes the last session with this host on this way, and keeps the next one. */
  private async handshake(
    target: Target,
    way: string,
    options: Omit<Parameters<typeof shakeHands>[0], 'host' | 'port' | 'context' | 'session' | 'onTicket'>,
  ) {
    const name = `${target.host}:${target.port} ${way}`;
    // With TLS 1.2 a ticket comes before the certificate has been judged: it is kept only after that.
    let isVerified = false;
    let early: Buffer | null = null;
    try {
      const shaken = await shakeHands({
        ...target,
        ...options,
        context: this.trust(),
        session: this.sessions.get(name),
        onTicket: (ticket) => {
          if (isVerified) this.sessions.put(name, ticket);
          else early = ticket;
        },
      });
      isVerified = true;
      if (early !== null) this.sessions.put(name, early);
      return shaken;
    } catch (error) {
      this.sessions.forget(name); // it may be what the server choked on
      throw error;
    }
  }

  private async peek(proxy: Proxy, target: Target, signal: AbortSignal): Promise<PeerCertificate | null> {
    if (proxy.kind === 'direct') return peekCertificate(target, { lookup: this.needs.lookup }, signal);
    try {
      const { socket } = await this.proxies.open(proxy, target, signal);
      return await peekCertificate(target, { over: socket }, signal);
    } catch {
      return null; // the failure itself is told all the same
    }
  }
}
