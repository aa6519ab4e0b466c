import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../shared/result.ts';
import { makeLookup } from './lookup.ts';
import type { Proxy } from './proxy.ts';
import { type ConnectOptions, type SecureConnection, SecureConnector } from './secure-connector.ts';
import { Authority } from './testing/certificates.ts';
import { start, startConnectProxy, startSocksProxy, startTlsEcho } from './testing/servers.ts';

const host = 'bastion.test';
let corp: Authority;
let other: Authority;
let echo: Awaited<ReturnType<typeof startTlsEcho>>;
const open: { dispose: () => unknown }[] = [];
const sockets: TLSSocket[] = [];

beforeAll(async () => {
  corp = new Authority('/O=Corp/CN=Corp Inspect CA');
  other = new Authority('/CN=Another CA');
  echo = await startTlsEcho(corp.issue([`DNS:${host}`, 'DNS:localhost', 'IP:127.0.0.1']));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const each of open.splice(0).toReversed()) await each.dispose();
});
afterAll(async () => {
  await echo?.dispose();
  corp?.dispose();
  other?.dispose();
});

function later<T extends { dispose: () => unknown }>(each: T): T {
  open.push(each);
  return each;
}

const direct: Proxy = { kind: 'direct' };
const http = (port: number, change: Partial<Extract<Proxy, { kind: 'http' }>> = {}): Proxy => {
  return { kind: 'http', host: '127.0.0.1', port, isTls: false, credentials: null, ...change };
};
const socks = (port: number, credentials: { user: string; password: string } | null = null): Proxy => {
  return { kind: 'socks5', host: '127.0.0.1', port, credentials };
};

function connector(proxies: readonly Proxy[] = [direct], ca: readonly string[] | null = [corp.pem]) {
  const lookup = makeLookup({ [host]: '127.0.0.1', 'proxy.test': '127.0.0.1' });
  return later(new SecureConnector({ ca, lookup, resolveProxy: () => Promise.resolve(proxies) }));
}

async function connect(
  from: SecureConnector,
  port: number = echo.port,
  change: Partial<ConnectOptions> & { readonly host?: string } = {},
): Promise<Result<SecureConnection>> {
  const connected = await from.connect(
    { host: change.host ?? host, port },
    {
      signal: new AbortController().signal,
      timeoutMs: 20_000,
      unreachable: 'bastion-unreachable',
      ...change,
    },
  );
  if (connected.ok) sockets.push(connected.value.socket);
  return connected;
}

async function echoOf(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

function value(result: Result<SecureConnection>): SecureConnection {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** A port that nobody listens on: it was somebody's a moment ago. */
async function deadPort(): Promise<number> {
  const server = await start(createTcpServer());
  await server.dispose();
  return server.port;
}

test('a direct connection is verified, named and measured', async () => {
  const { socket, times } = value(await connect(connector()));
  expect(socket.authorized).toBe(true);
  expect(await echoOf(socket, 'hello')).toBe('hello');
  expect(times).toEqual({
    dnsMs: null,
    tcpMs: expect.any(Number),
    proxyMs: null,
    tlsMs: expect.any(Number),
    proxy: null,
  });
  expect(socket.alpnProtocol).toBe(false);
});

test('a name that the system looks up is measured as such', async () => {
  const { times } = value(await connect(connector(), echo.port, { host: 'localhost' }));
  expect(times.dnsMs).toEqual(expect.any(Number));
});

test('onread gets the bytes of a direct connection; through a proxy they come as data', async () => {
  const proxy = later(await startConnectProxy());
  const read = (proxies: readonly Proxy[]) => {
    const buffer = Buffer.alloc(100);
    const got: string[] = [];
    let heard = () => undefined as void;
    const first = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const onread = {
      buffer,
      callback: (bytes: number) => {
        got.push(`onread ${buffer.toString('utf8', 0, bytes)}`);
        heard();
        return true;
      },
    };
    return { got, first, heard, connected: connect(connector(proxies), echo.port, { onread }) };
  };
  for (const [proxies, expected] of [
    [[direct], ['onread hello']],
    [[http(proxy.port)], ['data hello']],
  ] as const) {
    const { got, first, heard, connected } = read(proxies);
    const { socket } = value(await connected);
    socket.on('data', (chunk: Buffer) => {
      got.push(`data ${chunk.toString()}`);
      heard();
    });
    socket.write('hello');
    await first;
    expect(got).toEqual(expected);
  }
});

test('ALPN is offered only where it is wanted', async () => {
  const server = later(await startTlsEcho(corp.issue([`DNS:${host}`]), { ALPNProtocols: ['http/1.1'] }));
  const without = value(await connect(connector(), server.port));
  const withIt = value(await connect(connector(), server.port, { alpn: ['http/1.1'] }));
  expect([without.socket.alpnProtocol, withIt.socket.alpnProtocol]).toEqual([false, 'http/1.1']);
});

test('the name of the host is sent, an address is not', async () => {
  const names: (string | false | null)[] = [];
  const server = createTlsServer(corp.issue([`DNS:${host}`, 'IP:127.0.0.1']), (socket) => {
    names.push((socket as TLSSocket & { servername: string | false | null }).servername);
  });
  const { port } = later(await start(server));
  value(await connect(connector(), port));
  value(await connect(connector(), port, { host: '127.0.0.1' }));
  await expect.poll(() => names).toEqual([host, false]);
});

test.each([
  ['direct', () => Promise.resolve(direct)],
  ['by a proxy', async () => http(later(await startConnectProxy()).port)],
] as const)('a session is resumed, %s', async (_way, proxyOf) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const server = later(await startTlsEcho(corp.issue([`DNS:${host}`]), { maxVersion }));
    const from = connector([await proxyOf()]);
    const first = value(await connect(from, server.port));
    expect(await echoOf(first.socket, 'a')).toBe('a'); // the tickets of TLS 1.3 come before it
    const second = value(await connect(from, server.port));
    expect(await echoOf(second.socket, 'b')).toBe('b');
    expect(server.resumed).toEqual([false, true]);
  }
});

test('the session of a connection that was not trusted is not kept', async () => {
  // With TLS 1.2 the ticket comes before the certificate is judged.
  const server = later(await startTlsEcho(other.issue([`DNS:${host}`]), { maxVersion: 'TLSv1.2' }));
  const from = connector();
  for (const _try of [1, 2])
    expect(await connect(from, server.port)).toMatchObject({ ok: false, error: { code: 'tls-untrusted' } });
  expect(server.resumed).not.toContain(true);
});

test('an authority that nobody knows is named, and nothing is ever sent to its server', async () => {
  const server = later(await startTlsEcho(corp.issue([`DNS:${host}`])));
  const proxy = later(await startConnectProxy());
  for (const proxies of [[direct], [http(proxy.port)]]) {
    const result = await connect(connector(proxies, [other.pem]), server.port);
    expect(result).toMatchObject({ ok: false, error: { code: 'tls-untrusted' } });
    const detail = result.ok ? '' : (result.error.detail ?? '');
    expect(detail).toContain(`${host}:${server.port} showed the certificate of CN=leaf`);
    expect(detail).toContain('issued by CN=Corp Inspect CA, O=Corp');
    expect(detail).toContain('your company’s proxy');
    expect(detail).toMatch(/\[?UNABLE_TO_VERIFY_LEAF_SIGNATURE\]?/);
  }
  expect(server.received()).toBe('');
});

test('a certificate of a known authority that is wrong otherwise is no sign of a proxy', async () => {
  const expired = later(await startTlsEcho(corp.issue([`DNS:${host}`], { days: -1 })));
  const misnamed = later(await startTlsEcho(corp.issue(['DNS:elsewhere.test'])));
  for (const [server, code] of [
    [expired, 'CERT_HAS_EXPIRED'],
    [misnamed, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const) {
    const result = await connect(connector(), server.port);
    const error = result.ok ? null : result.error;
    expect(error?.code).toBe('tls-untrusted');
    expect(error?.detail).toContain(code);
    expect(error?.detail).toContain('issued by CN=Corp Inspect CA');
    expect(error?.detail).not.toContain('proxy');
  }
});

test('a name that is not in the certificate is not accepted through a proxy either', async () => {
  const misnamed = later(await startTlsEcho(corp.issue(['DNS:elsewhere.test'])));
  const proxy = later(await startConnectProxy());
  const result = await connect(connector([http(proxy.port)]), misnamed.port);
  expect(result).toMatchObject({ ok: false, error: { code: 'tls-untrusted' } });
});

test('plain failures of the network have the code that the caller wants', async () => {
  const port = await deadPort();
  expect(await connect(connector(), port)).toMatchObject({
    error: { code: 'bastion-unreachable', detail: expect.stringContaining('ECONNREFUSED') },
  });
  const hangUp = later(await start(createTcpServer((socket) => socket.destroy())));
  expect(await connect(connector(), hangUp.port, { unreachable: 'arm-unreachable' })).toMatchObject({
    error: { code: 'arm-unreachable', detail: expect.stringContaining('ECONNRESET') },
  });
});

test.each([
  ['a server that says nothing', () => [direct]],
  ['a proxy that says nothing', (port: number) => [http(port)]],
  ['a SOCKS proxy that says nothing', (port: number) => [socks(port)]],
  ['a TLS proxy that says nothing', (port: number) => [http(port, { isTls: true })]],
] as const)('%s ends at the time limit, and on a cancel', async (_what, proxies) => {
  const silent = later(await start(createTcpServer()));
  const from = connector(proxies(silent.port));
  const limited = await connect(from, silent.port, { timeoutMs: 50 });
  expect(limited).toMatchObject({ ok: false, error: { detail: expect.stringContaining('50 ms') } });
  const abort = new AbortController();
  const cancelled = connect(from, silent.port, { signal: abort.signal });
  await expect.poll(() => silent.connections()).toBe(2);
  abort.abort();
  expect(await cancelled).toMatchObject({
    ok: false,
    error: { detail: expect.stringContaining('cancelled') },
  });
  const disposed = connect(from, silent.port);
  await expect.poll(() => silent.connections()).toBe(3);
  from.dispose();
  expect(await disposed).toMatchObject({
    ok: false,
    error: { detail: expect.stringContaining('cancelled') },
  });
});

test('a cancel between the answer for the proxy and the connection counts', async () => {
  const silent = later(await start(createTcpServer()));
  const abort = new AbortController();
  const resolveProxy = () => {
    const answer = Promise.resolve([direct]);
    // After whoever waits for the answer has been woken, before it goes on.
    queueMicrotask(() => void answer.then(() => abort.abort()));
    return answer;
  };
  const from = later(new SecureConnector({ ca: null, lookup: makeLookup({}), resolveProxy }));
  const result = await connect(from, silent.port, { host: '127.0.0.1', signal: abort.signal });
  expect(result).toMatchObject({ error: { detail: expect.stringContaining('cancelled') } });
  expect(silent.connections()).toBe(0);
});

test('a question for the proxy that is never answered ends at the time limit', async () => {
  const lookup = makeLookup({});
  const from = later(
    new SecureConnector({ ca: null, lookup, resolveProxy: () => new Promise(() => undefined) }),
  );
  const result = await connect(from, echo.port, { timeoutMs: 50 });
  expect(result).toMatchObject({ error: { code: 'bastion-unreachable' } });
});

test('the proxy is asked for by the URL of the target', async () => {
  const urls: string[] = [];
  const resolveProxy = (url: string) => {
    urls.push(url);
    return Promise.resolve([direct]);
  };
  const from = later(
    new SecureConnector({ ca: [corp.pem], lookup: makeLookup({ [host]: '127.0.0.1' }), resolveProxy }),
  );
  value(await connect(from));
  await connect(from, await deadPort(), { host: '::1' });
  expect(urls).toEqual([`https://${host}:${echo.port}/`, expect.stringMatching(/^https:\/\/\[::1\]:\d+\/$/)]);
});

test('an HTTP proxy is asked for the name, and is named in the times', async () => {
  const proxy = later(await startConnectProxy());
  const { socket, times } = value(await connect(connector([http(proxy.port)])));
  expect(await echoOf(socket, 'hello')).toBe('hello');
  expect(proxy.asked).toEqual([{ authority: `${host}:${echo.port}`, authorization: null }]);
  expect(times).toMatchObject({ proxyMs: expect.any(Number), proxy: `127.0.0.1:${proxy.port}` });
});

test('a proxy that is spoken to over TLS is verified like everything else', async () => {
  const proxy = later(await startConnectProxy(() => null, corp.issue(['DNS:proxy.test'])));
  const named = http(proxy.port, { isTls: true, host: 'proxy.test' });
  const { socket } = value(await connect(connector([named])));
  expect(await echoOf(socket, 'hello')).toBe('hello');
  const misnamed = http(proxy.port, { isTls: true });
  const result = await connect(connector([misnamed]));
  expect(result).toMatchObject({
    error: { code: 'tls-untrusted', detail: expect.stringContaining(`the proxy 127.0.0.1:${proxy.port}`) },
  });
  expect(proxy.asked).toHaveLength(1);
});

const wantsBasic = 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="r"\r\nContent-Length: 2\r\n\r\nno';

test('a name and a password are given to the proxy that asks for them, and from then on at once', async () => {
  const expected = `Basic ${Buffer.from('ada:pä:ss').toString('base64')}`;
  const proxy = later(
    await startConnectProxy(({ headers }) =>
      headers['proxy-authorization'] === expected ? null : wantsBasic,
    ),
  );
  const from = connector([http(proxy.port, { credentials: { user: 'ada', password: 'pä:ss' } })]);
  value(await connect(from));
  value(await connect(from));
  expect(proxy.asked.map((each) => each.authorization)).toEqual([null, expected, expected]);
});

test.each([
  ['no name and password', null, wantsBasic, 'offers basic: no name and password are set for it', 1],
  ['the wrong ones', 'x', wantsBasic, 'offers basic: it did not take the name and the password', 2],
  [
    'Windows sign-in',
    'x',
    'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n',
    'offers negotiate, ntlm: this proxy wants Windows sign-in, which is not supported yet',
    1,
  ],
  [
    'Digest',
    'x',
    'HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="a, Basic", nonce="b"\r\n\r\n',
    'offers digest: none of them is supported yet',
    1,
  ],
  ['nothing', 'x', 'HTTP/1.1 407 No\r\n\r\n', 'offers nothing: none of them is supported yet', 1],
])('a proxy that wants a sign-in: %s', async (_what, password, answer, detail, tries) => {
  const proxy = later(await startConnectProxy(() => answer));
  const credentials = password === null ? null : { user: 'ada', password };
  const result = await connect(connector([http(proxy.port, { credentials }), direct]));
  expect(result).toMatchObject({
    error: { code: 'proxy-auth-needed', detail: expect.stringContaining(detail) },
  });
  expect(proxy.asked).toHaveLength(tries);
});

test('a refusal of the proxy is told with its words, and no other way is tried', async () => {
  const proxy = later(
    await startConnectProxy(() => 'HTTP/1.1 403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\n\r\n'),
  );
  expect(await connect(connector([http(proxy.port), direct]))).toMatchObject({
    error: {
      code: 'proxy-refused',
      detail: `127.0.0.1:${proxy.port} answered 403 Forbidden, ERR_ACCESS_DENIED 0 for ${host}:${echo.port}`,
    },
  });
});

test.each([
  ['that is no proxy', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['that closes the connection', ''],
  ['that speaks into the tunnel', 'HTTP/1.1 200 OK\r\n\r\nhello'],
])('a proxy %s is passed over, and named where no other way is left', async (_what, answer) => {
  const proxy = later(await startConnectProxy(() => answer));
  const passed = value(await connect(connector([http(proxy.port), direct])));
  expect(passed.times.proxy).toBeNull();
  expect(await connect(connector([http(proxy.port)]))).toMatchObject({
    error: { code: 'proxy-unreachable', detail: expect.stringContaining(`127.0.0.1:${proxy.port}`) },
  });
});

test('ways that cannot be reached are passed over in order; all of them are told where none is left', async () => {
  const [first, second] = [await deadPort(), await deadPort()];
  const works = later(await startConnectProxy());
  const third = value(await connect(connector([http(first), socks(second), http(works.port), direct])));
  expect(third.times.proxy).toBe(`127.0.0.1:${works.port}`);
  const result = await connect(connector([http(first), direct]), second);
  expect(result).toMatchObject({
    error: { code: 'proxy-unreachable', detail: expect.stringMatching(`:${first}.*; then .*:${second}`) },
  });
});

test('a proxy that says nothing is passed over while there is another way', async () => {
  const silent = later(await start(createTcpServer()));
  const from = later(
    new SecureConnector({
      ca: [corp.pem],
      lookup: makeLookup({ [host]: '127.0.0.1' }),
      resolveProxy: () => Promise.resolve([http(silent.port), direct]),
      proxyPatienceMs: 20,
    }),
  );
  expect(value(await connect(from)).times.proxy).toBeNull();
});

test('a false certificate is an answer: no other way is tried', async () => {
  const proxy = later(await startConnectProxy());
  const result = await connect(connector([direct, http(proxy.port)], [other.pem]));
  expect(result).toMatchObject({ error: { code: 'tls-untrusted' } });
  expect(proxy.asked).toEqual([]);
});

test('a SOCKS5 proxy is asked for the name, with and without a sign-in', async () => {
  const open5 = later(await startSocksProxy(null));
  const users = later(await startSocksProxy({ ada: 'pä:ss' }));
  const credentials = { user: 'ada', password: 'pä:ss' };
  for (const proxy of [socks(open5.port), socks(open5.port, credentials), socks(users.port, credentials)]) {
    const { socket, times } = value(await connect(connector([proxy])));
    expect(await echoOf(socket, 'hello')).toBe('hello');
    expect(times.proxyMs).toEqual(expect.any(Number));
  }
  expect([open5.asked, users.asked]).toEqual([
    [`${host} ${echo.port}`, `${host} ${echo.port}`],
    [`${host} ${echo.port}`],
  ]);
});

test('a SOCKS5 proxy is asked for addresses as addresses', async () => {
  const proxy = later(await startSocksProxy(null));
  await connect(connector([socks(proxy.port)]), echo.port, { host: '127.0.0.1' });
  await connect(connector([socks(proxy.port)]), echo.port, { host: 'fe80::1' });
  await connect(connector([socks(proxy.port)]), echo.port, { host: '::ffff:1.2.3.4' });
  // More often than once: each failure of a certificate is looked into.
  expect([...new Set(proxy.asked)]).toEqual([
    `127.0.0.1 ${echo.port}`,
    `fe800000000000000000000000000001 ${echo.port}`,
    `00000000000000000000ffff01020304 ${echo.port}`,
  ]);
});

test.each([
  ['no name and password', null, 0, 'proxy-auth-needed', 'it wants a sign-in'],
  ['the wrong ones', 'x', 0, 'proxy-auth-needed', 'it did not take the name and the password'],
  ['a rule', 'right', 2, 'proxy-refused', 'not allowed by its rules'],
  ['a code that nobody knows', 'right', 99, 'proxy-refused', 'reply 99'],
] as const)('a SOCKS5 proxy that refuses: %s', async (_what, password, reply, code, detail) => {
  const proxy = later(await startSocksProxy({ ada: 'right' }, reply));
  const credentials = password === null ? null : { user: 'ada', password };
  expect(await connect(connector([socks(proxy.port, credentials), direct]))).toMatchObject({
    error: { code, detail: `SOCKS proxy 127.0.0.1:${proxy.port}: ${detail}` },
  });
});

test('a SOCKS proxy that speaks something else is passed over', async () => {
  const proxy = later(await start(createTcpServer((socket) => socket.end('HTTP/1.1 400 no\r\n\r\n'))));
  expect(value(await connect(connector([socks(proxy.port), direct]))).times.proxy).toBeNull();
});

test('a lost connection through a proxy is told', async () => {
  const proxy = later(await startConnectProxy());
  const { socket } = value(await connect(connector([http(proxy.port)])));
  const closed = once(socket, 'close');
  await proxy.dispose();
  open.splice(open.indexOf(proxy), 1);
  await closed;
});

test('closing the connection closes the one to the proxy', async () => {
  let lost: () => void = () => undefined;
  const isLost = new Promise<void>((resolve) => {
    lost = resolve;
  });
  const proxy = later(
    await startConnectProxy(({ socket }) => {
      socket.once('close', lost);
      return null;
    }),
  );
  const { socket } = value(await connect(connector([http(proxy.port)])));
  socket.destroy();
  await isLost;
});
