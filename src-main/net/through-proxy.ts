import { isIPv6, type LookupFunction, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { appError } from '../../shared/errors.ts';
import { ConnectFailure } from './connect-failure.ts';
import { describeNetworkError, isTlsTrustError } from './network-errors.ts';
import { shakeHands } from './handshake.ts';
import { askConnect, type ConnectAnswer } from './http-connect.ts';
import { peekCertificate } from './peek-certificate.ts';
import type { Proxy } from './proxy.ts';
import { BasicAuthenticator, type ProxyAuthenticator, type ProxyChallenge } from './proxy-authenticator.ts';
import { askSocks5 } from './socks5.ts';
import { connectTcp } from './tcp.ts';
import { describeUntrusted } from './untrusted.ts';

/** A proxy, not the way without one. */
export type RealProxy = Exclude<Proxy, { readonly kind: 'direct' }>;

interface Target {
  readonly host: string;
  readonly port: number;
}

/** A stream to the target through a proxy. Times are in milliseconds. */
export interface ProxiedStream {
  readonly socket: Socket;
  readonly dnsMs: number | null;
  readonly tcpMs: number;
  readonly proxyMs: number;
}

interface Needs {
  readonly context: () => SecureContext;
  readonly lookup: LookupFunction;
}

/** `host:port`, never credentials. */
export function nameOfProxy({ host, port }: RealProxy): string {
  return authorityOf({ host, port });
}

function authorityOf({ host, port }: Target): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Opens streams through proxies, and knows which of them asks for a sign-in: from then on it is given at once. */
export class ProxyDialer {
  private readonly needs: Needs;
  private readonly challenges = new Map<string, readonly ProxyChallenge[]>();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Throws {@link ConnectFailure}. */
  async open(proxy: RealProxy, target: Target, signal: AbortSignal): Promise<ProxiedStream> {
    return proxy.kind === 'socks5'
      ? this.openSocks(proxy, target, signal)
      : this.openHttp(proxy, target, signal);
  }

  private async openHttp(
    proxy: Extract<Proxy, { readonly kind: 'http' }>,
    target: Target,
    signal: AbortSignal,
  ): Promise<ProxiedStream> {
    const name = nameOfProxy(proxy);
    const authenticator: ProxyAuthenticator = new BasicAuthenticator(proxy.credentials);
    const known = this.challenges.get(name);
    let authorization = known === undefined ? null : await authenticator.answer(known);
    for (;;) {
      const reached = await this.reach(proxy, signal);
      const startMs = performance.now();
      const answer = await ask(reached.socket, name, () =>
        askConnect(reached.socket, authorityOf(target), authorization, signal),
      );
      if (answer.kind === 'open') return { ...reached, proxyMs: performance.now() - startMs };
      reached.socket.destroy();
      if (answer.kind === 'refused') {
        const said = `${answer.status}${answer.reason === '' ? '' : ` ${answer.reason}`}`;
        throw new ConnectFailure(
          appError('proxy-refused', { detail: `${name} answered ${said} for ${authorityOf(target)}` }),
        );
      }
      this.challenges.set(name, answer.challenges);
      const next = authorization === null ? await authenticator.answer(answer.challenges) : null;
      if (next === null) throw new ConnectFailure(signInNeeded(name, answer, authorization !== null));
      authorization = next;
    }
  }

  private async openSocks(
    proxy: Extract<Proxy, { readonly kind: 'socks5' }>,
    target: Target,
    signal: AbortSignal,
  ): Promise<ProxiedStream> {
    const name = nameOfProxy(proxy);
    const reached = await this.reach(proxy, signal);
    const startMs = performance.now();
    const answer = await ask(reached.socket, name, () =>
      askSocks5(reached.socket, target, proxy.credentials, signal),
    );
    if (answer.kind === 'open') return { ...reached, proxyMs: performance.now() - startMs };
    reached.socket.destroy();
    const code = answer.kind === 'refused' ? 'proxy-refused' : 'proxy-auth-needed';
    throw new ConnectFailure(appError(code, { detail: `SOCKS proxy ${name}: ${answer.reason}` }));
  }

  /** To the proxy itself, by TCP or TLS. */
  private async reach(proxy: RealProxy, signal: AbortSignal) {
    const { context, lookup } = this.needs;
    const name = nameOfProxy(proxy);
    try {
      const tcp = await connectTcp(proxy, lookup, signal);
      if (proxy.kind === 'socks5' || !proxy.isTls) return tcp;
      const { host, port } = proxy;
      const { socket } = await shakeHands({ host, port, context: context(), over: tcp.socket, signal });
      return { ...tcp, socket };
    } catch (error) {
      if (!isTlsTrustError(error)) throw unreachable(name, error);
      const certificate = await peekCertificate(proxy, { lookup }, signal);
      throw new ConnectFailure(describeUntrusted(`the proxy ${name}`, error, certificate));
    }
  }
}

async function ask<T>(socket: Socket, name: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    socket.destroy();
    throw unreachable(name, error);
  }
}

function unreachable(name: string, error: unknown): ConnectFailure {
  return new ConnectFailure(
    appError('proxy-unreachable', { detail: `proxy ${name}: ${describeNetworkError(error)}` }),
  );
}

function signInNeeded(
  name: string,
  { challenges }: Extract<ConnectAnswer, { readonly kind: 'auth-needed' }>,
  wasAnswered: boolean,
) {
  const schemes = challenges.map((each) => each.scheme);
  const offered = schemes.length === 0 ? 'nothing' : schemes.join(', ');
  const wantsWindows = schemes.length > 0 && schemes.every((each) => each === 'negotiate' || each === 'ntlm');
  const why = wantsWindows
    ? 'this proxy wants Windows sign-in, which is not supported yet'
    : wasAnswered
      ? 'it did not take the name and the password'
      : !schemes.includes('basic')
        ? 'none of them is supported yet'
        : 'no name and password are set for it';
  return appError('proxy-auth-needed', { detail: `proxy ${name} offers ${offered}: ${why}` });
}
