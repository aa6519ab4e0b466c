import { once } from 'node:events';
import { connect as connectTcpSocket, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeLookup } from './lookup.ts';
import type { Proxy } from './proxy.ts';
import { SecureConnector } from './secure-connector.ts';
import { connectTcp } from './tcp.ts';
import { Authority } from './testing/certificates.ts';
import { start, startTlsEcho, type TestServer } from './testing/servers.ts';
import { describeUntrusted } from './untrusted.ts';
import { within } from './within.ts';

// What fails leaves nothing open, and nothing that waits cannot be ended.

let corp: Authority;
const open: { dispose: () => unknown }[] = [];
beforeAll(() => {
  corp = new Authority('/CN=Corp Inspect CA');
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.dispose();
});
afterAll(() => corp?.dispose());

/** A server of which it is known when the first connection has gone. */
async function watched(
  serve: (socket: Socket) => void,
): Promise<{ server: TestServer; gone: Promise<void> }> {
  let tell: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const server = await start(
    createServer((socket) => {
      socket.once('close', tell);
      serve(socket);
    }),
  );
  open.push(server);
  return { server, gone };
}

function connect(proxy: Proxy, port: number, ca: readonly string[] | null = [corp.pem]) {
  const resolveProxy = () => Promise.resolve([proxy]);
  const lookup = makeLookup({ 'bastion.test': '127.0.0.1' });
  const connector = new SecureConnector({ ca, lookup, resolveProxy });
  return connectBy(connector, port);
}

function connectBy(connector: SecureConnector, port: number) {
  return connector.connect(
    { host: 'bastion.test', port },
    { signal: new AbortController().signal, timeoutMs: 20_000, unreachable: 'bastion-unreachable' },
  );
}

const http = (port: number): Proxy => {
  return { kind: 'http', host: '127.0.0.1', port, isTls: false, credentials: null };
};
const socks = (port: number): Proxy => ({ kind: 'socks5', host: '127.0.0.1', port, credentials: null });

test.each([
  ['an HTTP proxy that refuses', http, 'HTTP/1.1 403 No\r\n\r\n', 'proxy-refused'],
  ['one that wants a sign-in', http, 'HTTP/1.1 407 No\r\n\r\n', 'proxy-auth-needed'],
  ['one that speaks into the tunnel', http, 'HTTP/1.1 200 OK\r\n\r\nhello', 'proxy-unreachable'],
  ['a SOCKS proxy that speaks something else', socks, 'HTTP/1.1', 'proxy-unreachable'],
  ['a SOCKS proxy that wants something else', socks, '\x05\x03', 'proxy-auth-needed'],
] as const)('%s keeps no connection', async (_what, proxyOf, answer, code) => {
  const { server, gone } = await watched((socket) => socket.once('data', () => socket.write(answer)));
  expect(await connect(proxyOf(server.port), 443)).toMatchObject({ error: { code } });
  await gone;
});

test('an HTTP proxy is asked in the words of the standard, and to keep the connection', async () => {
  let asked = '';
  const { server } = await watched((socket) =>
    socket.once('data', (chunk: Buffer) => {
      asked = chunk.toString();
      socket.end();
    }),
  );
  await connect(http(server.port), 443);
  expect(asked.toLowerCase().trimEnd().split('\r\n')).toEqual([
    'connect bastion.test:443 http/1.1',
    'host: bastion.test:443',
    'connection: keep-alive',
    'proxy-connection: keep-alive',
  ]);
});

test('the look at a certificate that is not trusted leaves nothing open', async () => {
  let closed = 0;
  const echo = await startTlsEcho(corp.issue(['DNS:bastion.test']));
  open.push(echo);
  const onward = await start(
    createServer((socket) => {
      const to = connectTcpSocket(echo.port, '127.0.0.1');
      to.on('error', () => socket.destroy());
      socket.pipe(to).pipe(socket);
      socket.once('close', () => {
        closed++;
        to.destroy();
      });
    }),
  );
  open.push(onward);
  expect(await connect({ kind: 'direct' }, onward.port, null)).toMatchObject({
    error: { code: 'tls-untrusted' },
  });
  await expect.poll(() => closed).toBe(2);
});

test('a session with which a connection failed is not offered again', async () => {
  const echo = await startTlsEcho(corp.issue(['DNS:bastion.test']));
  open.push(echo);
  let count = 0;
  const onward = await start(
    createServer((socket) => {
      if (++count === 2) {
        socket.once('data', () => socket.destroy());
        return;
      }
      const to = connectTcpSocket(echo.port, '127.0.0.1');
      to.on('error', () => socket.destroy());
      socket.pipe(to).pipe(socket);
      socket.once('close', () => to.destroy());
    }),
  );
  open.push(onward);
  const connector = new SecureConnector({
    ca: [corp.pem],
    lookup: makeLookup({ 'bastion.test': '127.0.0.1' }),
    resolveProxy: () => Promise.resolve([{ kind: 'direct' }]),
  });
  for (const isExpected of [true, false, true]) {
    const connected = await connectBy(connector, onward.port);
    expect(connected.ok).toBe(isExpected);
    if (!connected.ok) continue;
    connected.value.socket.write('x');
    await once(connected.value.socket, 'data');
    connected.value.socket.destroy();
  }
  expect(echo.resumed).toEqual([false, false]);
});

test('a look-up that never answers ends with the signal', async () => {
  const abort = new AbortController();
  const connecting = connectTcp({ host: 'slow.test', port: 1 }, () => undefined, abort.signal);
  abort.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
  await expect(connectTcp({ host: 'slow.test', port: 1 }, () => undefined, abort.signal)).rejects.toThrow(
    'enough',
  );
});

test('a step within a limit knows of an end that came before it', async () => {
  const abort = new AbortController();
  abort.abort(new Error('enough'));
  const reason = await within(20_000, abort.signal, (signal) => Promise.resolve(signal.reason as Error));
  expect(reason.message).toBe('enough');
});

test('a certificate that could not be read is not made up', () => {
  const error = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(describeUntrusted('bastion.test:443', error, null)).toMatchObject({
    code: 'tls-untrusted',
    detail: expect.stringMatching(/^bastion\.test:443: .*DEPTH_ZERO_SELF_SIGNED_CERT/),
  });
});
