import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import type { NetworkSettings } from '../../shared/network.ts';
import { ConnectorAgent } from '../../src-main/net/connector-agent.ts';
import { callHttp } from '../../src-main/net/https-request.ts';
import { makeLookup } from '../../src-main/net/lookup.ts';
import type { ProxyCredentials } from '../../src-main/net/proxy.ts';
import { makeResolveProxy } from '../../src-main/net/resolve-proxy.ts';
import { SecureConnector } from '../../src-main/net/secure-connector.ts';
import { Authority } from '../../src-main/net/testing/certificates.ts';
import { startSocksProxy } from '../../src-main/net/testing/servers.ts';
import { loadTrust } from '../../src-main/net/trust.ts';
import { startServices, type TestServices } from '../support/services.ts';
import { type Squid, startSquid } from '../support/squid.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const user = { name: 'ada', password: 'hunter2' };
let emulator: Emulator;
let inspector: Authority;
let plain: Squid;
let basic: Squid;
let windows: Squid;
let bump: Squid;
let hasty: Squid;
/** A Bastion's name and port, and the authority that vouches for it. */
let bastion: { host: string; port: number };
let emulatorCa: string;
const open: { dispose: () => unknown }[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ estate: demoEstate, latencies: 'none', targets: 'none' });
  inspector = new Authority('/O=Corp/CN=Corp Inspect CA');
  const { dataPlane, caFile } = emulator.cloud;
  const hosts = Object.keys(dataPlane?.hosts ?? {});
  bastion = { host: hosts[0] ?? '', port: dataPlane?.port ?? 0 };
  emulatorCa = await readFile(caFile, 'utf8');
  const authority = { caFile: inspector.path('ca.pem'), keyFile: inspector.path('ca.key') };
  [plain, basic, windows, bump, hasty] = await Promise.all([
    startSquid({ hosts }),
    startSquid({ hosts, user }),
    startSquid({ hosts, wantsNegotiate: true }),
    startSquid({ hosts, bump: { ...authority, trusts: emulatorCa } }),
    startSquid({ hosts, idleSeconds: 1 }),
  ]);
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.dispose();
});
afterAll(async () => {
  await Promise.all([plain, basic, windows, bump, hasty].map((squid) => squid?.dispose()));
  await emulator?.dispose();
  inspector?.dispose();
});

function later<T extends { dispose: () => unknown }>(each: T): T {
  open.push(each);
  return each;
}

interface Way {
  readonly url: string;
  readonly bypass?: string;
  readonly credentials?: ProxyCredentials;
  readonly ca?: readonly string[];
}

/** A connector as the app has it, with a proxy set by hand. The Bastion's name is known to the proxy only. */
function connectorBy({ url, bypass = '<-loopback>', credentials, ca = [emulatorCa] }: Way): SecureConnector {
  const resolveProxy = makeResolveProxy({
    setting: () => ({ kind: 'manual', url, bypass }),
    system: null,
    env: {},
    hosts: {},
    credentialsOf: () => credentials ?? null,
    log,
  });
  return later(new SecureConnector({ ca, lookup: makeLookup({}), resolveProxy }));
}

async function reach(connector: SecureConnector) {
  const connected = await connector.connect(bastion, {
    signal: new AbortController().signal,
    timeoutMs: 20_000,
    unreachable: 'bastion-unreachable',
  });
  if (connected.ok) later({ dispose: () => connected.value.socket.destroy() });
  return connected;
}

async function socketBy(way: Way): Promise<TLSSocket> {
  const connected = await reach(connectorBy(way));
  if (!connected.ok) throw new Error(`${connected.error.code}: ${connected.error.detail}`);
  return connected.value.socket;
}

/** By an end or by a reset. */
function closeOf(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

/** Asks for a WebSocket, and gives the first line of the answer. A Bastion opens it for every token, and closes it then. */
async function upgradeAnswer(socket: TLSSocket): Promise<string> {
  socket.write(
    `GET /webtunnelv2/nobody?X-Node-Id=0 HTTP/1.1\r\nHost: ${bastion.host}:${bastion.port}\r\n` +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString().split('\r\n')[0] ?? '';
}

async function postToken(connector: SecureConnector): Promise<number> {
  const agent = new ConnectorAgent({
    connector: Promise.resolve(connector),
    unreachable: 'bastion-unreachable',
  });
  later({ dispose: () => agent.destroy() });
  const answer = await callHttp({
    method: 'POST',
    url: `https://${bastion.host}:${bastion.port}/api/tokens`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'aztoken=nonsense',
    timeoutMs: 20_000,
    agent,
  });
  return answer.status;
}

test('HTTPS and WebSockets go through a plain squid', async () => {
  const way = { url: `http://127.0.0.1:${plain.port}` };
  const before = emulator.stats().tokenPosts;
  expect(await postToken(connectorBy(way))).toBeGreaterThanOrEqual(400);
  expect(emulator.stats().tokenPosts).toBe(before + 1);
  expect(await upgradeAnswer(await socketBy(way))).toBe('HTTP/1.1 101 Switching Protocols');
  for (const each of open.splice(0).toReversed()) await each.dispose();
  await expect
    .poll(() => plain.log().filter((line) => line.startsWith(`CONNECT ${bastion.host}:${bastion.port} 200`)))
    .toHaveLength(2);
});

test('squid says what it cannot reach', async () => {
  const connector = connectorBy({ url: `http://127.0.0.1:${plain.port}` });
  const result = await connector.connect(
    { host: 'nowhere.invalid', port: 443 },
    { signal: new AbortController().signal, timeoutMs: 20_000, unreachable: 'bastion-unreachable' },
  );
  expect(result).toMatchObject({
    error: {
      code: 'proxy-refused',
      detail: expect.stringMatching(/answered 5\d\d .*ERR_\w+.* for nowhere\.invalid:443/),
    },
  });
});

test.each([
  ['the right name and password', { user: user.name, password: user.password }, null],
  ['the wrong ones', { user: user.name, password: 'x' }, 'it did not take the name and the password'],
  ['none', null, 'no name and password are set for it'],
] as const)('a squid that asks for a sign-in, with %s', async (_what, credentials, expected) => {
  const url = `http://127.0.0.1:${basic.port}`;
  const result = await reach(connectorBy({ url, ...(credentials === null ? {} : { credentials }) }));
  if (expected === null) expect(result.ok).toBe(true);
  else
    expect(result).toMatchObject({
      error: { code: 'proxy-auth-needed', detail: `proxy 127.0.0.1:${basic.port} offers basic: ${expected}` },
    });
});

test('a squid that wants Windows sign-in', async () => {
  const credentials = { user: user.name, password: user.password };
  const result = await reach(connectorBy({ url: `http://127.0.0.1:${windows.port}`, credentials }));
  expect(result).toMatchObject({
    error: {
      code: 'proxy-auth-needed',
      detail: expect.stringContaining(
        'offers negotiate: this proxy wants Windows sign-in, which is not supported yet',
      ),
    },
  });
});

test('a squid that opens the traffic is named, and works once its authority is trusted', async () => {
  const url = `http://127.0.0.1:${bump.port}`;
  const before = emulator.stats().tokenPosts;
  const untrusted = await reach(connectorBy({ url }));
  expect(untrusted).toMatchObject({
    error: {
      code: 'tls-untrusted',
      detail: expect.stringMatching(/issued by CN=Corp Inspect CA, O=Corp, .*your company’s proxy/),
    },
  });
  await expect(postToken(connectorBy({ url }))).rejects.toMatchObject({ code: 'tls-untrusted' });
  expect(emulator.stats().tokenPosts).toBe(before);

  const { ca, problem } = await loadTrust({
    platform: 'linux',
    env: {},
    caFile: inspector.path('ca.pem'),
    log,
  });
  expect(problem).toBeNull();
  expect(await postToken(connectorBy({ url, ca }))).toBeGreaterThanOrEqual(400);
  expect(emulator.stats().tokenPosts).toBe(before + 1);
  const socket = await socketBy({ url, ca });
  expect(socket.getPeerCertificate().issuer.CN).toBe('Corp Inspect CA');
  expect(await upgradeAnswer(socket)).toBe('HTTP/1.1 101 Switching Protocols');
});

test('the environment names the proxy, and what is reached without it', async () => {
  const proxied = { HTTPS_PROXY: `http://127.0.0.1:${plain.port}` };
  const ways = [
    [proxied, `127.0.0.1:${plain.port}`],
    [{ ...proxied, NO_PROXY: `.elsewhere.example,${bastion.host.split('.').slice(1).join('.')}` }, null],
    [{ ...proxied, NO_PROXY: `${bastion.host}:1` }, `127.0.0.1:${plain.port}`],
  ] as const;
  for (const [env, expected] of ways) {
    const resolveProxy = makeResolveProxy({
      setting: () => ({ kind: 'system' }),
      system: () => Promise.resolve('DIRECT'),
      env,
      hosts: {},
      credentialsOf: () => null,
      log,
    });
    const lookup = makeLookup({ [bastion.host]: '127.0.0.1' });
    const result = await reach(later(new SecureConnector({ ca: [emulatorCa], lookup, resolveProxy })));
    expect(result.ok ? result.value.times.proxy : result.error).toBe(expected);
  }
});

test.each([
  ['without', null],
  ['with', { [user.name]: user.password }],
] as const)('a SOCKS5 proxy %s a password', async (_what, users) => {
  const socks = later(await startSocksProxy(users));
  const credentials = { user: user.name, password: user.password };
  const way = { url: `socks5://127.0.0.1:${socks.port}`, ...(users === null ? {} : { credentials }) };
  expect(await upgradeAnswer(await socketBy(way))).toBe('HTTP/1.1 101 Switching Protocols');
  expect(socks.asked).toEqual([`${bastion.host} ${bastion.port}`]);
});

test('a squid that cuts what is idle: the connection ends', async () => {
  const socket = await socketBy({ url: `http://127.0.0.1:${hasty.port}` });
  socket.resume();
  await closeOf(socket);
});

/** The whole app behind a proxy: sign-in, list of machines, and a tunnel to the echo of one of them. */
async function openTunnel(
  network: NetworkSettings,
  cloudFile = emulator.cloudFile,
): Promise<{ app: TestServices; socket: Socket; id: string }> {
  const app = later(await startServices({ emulator: { ...emulator, cloudFile }, network }));
  const signedIn = await app.services.accounts.signIn('browser');
  if (!signedIn.ok) throw new Error(`${signedIn.error.code}: ${signedIn.error.detail}`);
  await app.until('inventory', (state) => state.inventory.state === 'ready');
  const vm = Object.values(app.state.current.vms).find((each) => each.name === 'web-01');
  const opened = await app.services.tunnels.open({
    vmId: vm?.id ?? '',
    remotePort: 7,
    localPort: null,
    address: 'shared',
    audience: 'any-user',
    isKept: false,
    idleCloseMinutes: null,
    maximumConnections: 10,
  });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  const { id } = opened.value;
  await app.until('listener', (state) => state.tunnels[id]?.state.kind === 'listening');
  const listening = app.state.current.tunnels[id]?.state;
  if (listening?.kind !== 'listening') throw new Error('the tunnel does not listen');
  const socket = connect(listening.port, listening.address);
  socket.on('error', () => undefined);
  later({ dispose: () => socket.destroy() });
  socket.write('hello');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('hello');
  return { app, socket, id };
}

const byHand = (squid: Squid, bypass = '', caFile: string | null = null): NetworkSettings => ({
  proxy: { kind: 'manual', url: `http://127.0.0.1:${squid.port}`, bypass: `<-loopback>,${bypass}` },
  caFile,
});

test('everything that the app sends goes through the proxy', async () => {
  const { authority, arm } = emulator.cloud;
  await openTunnel(byHand(plain));
  for (const each of open.splice(0).toReversed()) await each.dispose();
  const targets = [new URL(authority).host, new URL(arm.endpoint).host];
  for (const target of targets) await expect.poll(() => plain.log()).toContainEqual(`CONNECT ${target} 200`);
  await expect
    .poll(() => plain.log())
    .toContainEqual(expect.stringMatching(new RegExp(`^CONNECT bst-.*:${bastion.port} 200$`)));
});

test('the app works behind a squid that opens the traffic, with its authority in a file', async () => {
  const { caFile: _replacesAll, ...document } = emulator.cloud;
  const cloudFile = join(emulator.workDir, 'cloud-without-authority.json');
  await writeFile(cloudFile, JSON.stringify(document));
  const caFile = join(emulator.workDir, 'authorities.pem');
  await writeFile(caFile, `${emulatorCa}\n${inspector.pem}`);
  // Squid cannot make certificates for addresses, which the emulator's sign-in and Azure have: only the Bastion is inspected.
  const { app } = await openTunnel(byHand(bump, '127.0.0.1', caFile), cloudFile);
  expect(app.state.current.notices['ca-file']).toBeUndefined();
  for (const each of open.splice(0).toReversed()) await each.dispose();
  await expect.poll(() => bump.log()).toContainEqual(expect.stringMatching(/\/webtunnelv2\/.* 101$/));
});

test('sign-in and Azure name the authority of a squid that is not trusted', async () => {
  const app = later(await startServices({ emulator, network: byHand(bump) }));
  const signedIn = await app.services.accounts.signIn('device-code');
  expect(signedIn).toMatchObject({
    error: { code: 'tls-untrusted', detail: expect.stringContaining('CN=Corp Inspect CA') },
  });
});

test('a changed setting holds for the next connection: Azure names the authority too', async () => {
  const { app } = await openTunnel({ proxy: { kind: 'none' }, caFile: null });
  const vm = Object.values(app.state.current.vms).find((each) => each.name === 'web-01');
  app.state.set('settings', { ...app.state.current.settings, network: byHand(bump) });
  app.services.network.forgetConnections();
  const client = await app.services.arm.compute(vm?.tenantId ?? '', vm?.subscriptionId ?? '');
  const failure: unknown = await client.virtualMachines.get('x', 'y').catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'tls-untrusted',
    message: expect.stringContaining('Corp Inspect CA'),
  });
});

test('a proxy that cuts an idle session: its program is told, and the tunnel says why', async () => {
  const { app, socket, id } = await openTunnel(byHand(hasty));
  await closeOf(socket);
  await app.until('reason', (state) =>
    (state.tunnels[id]?.connections ?? []).some(
      (each) => each.state.kind === 'closed' && each.state.error?.code === 'tunnel-lost',
    ),
  );
});
