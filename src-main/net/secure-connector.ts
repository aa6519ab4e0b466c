import type { LookupFunction, OnReadOpts } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { appError, type ErrorCode } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { errorCodeOf, isTlsTrustError } from './network-errors.ts';
import type { ResolveProxy } from './proxy.ts';

/** How long each part of a connection took, in milliseconds; null: it did not happen. */
export interface ConnectTimes {
  readonly dnsMs: number | null;
  readonly tcpMs: number;
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
  readonly ca: readonly string[] | null;
  readonly lookup: LookupFunction;
  readonly resolveProxy: ResolveProxy;
}

interface Options {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The code for a plain failure of the network. */
  readonly unreachable: ErrorCode;
  readonly onread?: OnReadOpts;
}

/** Makes TLS connections. One context of trust for all of them: to load a whole list of authorities takes long. */
export class SecureConnector {
  private readonly needs: Needs;
  private context: SecureContext | null = null;
  private readonly sessions = new Map<string, Buffer>();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  connect(
    target: { readonly host: string; readonly port: number },
    options: Options,
  ): Promise<Result<SecureConnection>> {
    const { ca, lookup } = this.needs;
    this.context ??= createSecureContext(ca === null ? {} : { ca: [...ca] });
    const context = this.context;
    const name = `${target.host}:${target.port}`;
    return new Promise((resolve) => {
      const startMs = performance.now();
      let dnsAtMs: number | null = null;
      let tcpAtMs = startMs;
      const session = this.sessions.get(name);
      // Without a `socket` of its own: only then does Node's TLS honour `onread`.
      const socket = connectTls({
        ...target,
        lookup,
        servername: target.host,
        secureContext: context,
        ...(session === undefined ? {} : { session }),
        ...(options.onread === undefined ? {} : { onread: options.onread }),
      });
      socket.setNoDelay(true);
      const settle = (result: Result<SecureConnection>) => {
        clearTimeout(timer);
        options.signal.removeEventListener('abort', abort);
        socket.off('error', fail);
        resolve(result);
      };
      const fail = (error: unknown) => {
        const code = isTlsTrustError(error) ? 'tls-untrusted' : options.unreachable;
        const text = describeError(error);
        const named = errorCodeOf(error);
        settle(err(appError(code, { detail: text.includes(named) ? text : `${text} [${named}]` })));
        socket.on('error', () => undefined);
        socket.destroy();
      };
      const abort = () => fail(new Error('cancelled'));
      const timer = setTimeout(
        () => fail(new Error(`no connection to ${name} in ${options.timeoutMs} ms`)),
        options.timeoutMs,
      );
      options.signal.addEventListener('abort', abort, { once: true });
      socket.once('lookup', () => {
        dnsAtMs = performance.now();
      });
      socket.once('connect', () => {
        tcpAtMs = performance.now();
      });
      socket.once('error', fail);
      socket.on('session', (ticket: Buffer) => this.sessions.set(name, ticket));
      socket.once('secureConnect', () => {
        const times: ConnectTimes = {
          dnsMs: dnsAtMs === null ? null : dnsAtMs - startMs,
          tcpMs: tcpAtMs - (dnsAtMs ?? startMs),
          proxyMs: null,
          tlsMs: performance.now() - tcpAtMs,
          proxy: null,
        };
        settle(ok({ socket, times }));
      });
    });
  }

  dispose(): void {
    this.sessions.clear();
  }
}
