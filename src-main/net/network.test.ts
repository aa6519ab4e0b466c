import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppError } from '../../shared/errors.ts';
import type { ProxySetting } from '../../shared/network.ts';
import { callHttp } from './https-request.ts';
import { Network } from './network.ts';
import { Authority } from './testing/certificates.ts';
import { start, startConnectProxy, type TestServer } from './testing/servers.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
let corp: Authority;
let other: Authority;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-'));
  corp = new Authority('/CN=Corp Inspect CA');
  other = new Authority('/CN=Another CA');
  server = await start(
    createServer(corp.issue(['IP:127.0.0.1', 'DNS:mapped.example']), (_request, response) =>
      response.end('hello'),
    ),
  );
});
afterAll(async () => {
  await server?.dispose();
  corp?.dispose();
  other?.dispose();
  await rm(folder, { recursive: true, force: true });
});

function make(change: { ca?: readonly string[]; caFile?: string; proxy?: () => ProxySetting }) {
  const problems: AppError[] = [];
  const network = new Network({
    settings: () => ({ proxy: change.proxy?.() ?? { kind: 'none' }, caFile: change.caFile ?? null }),
    systemProxy: null,
    ca: change.ca ?? null,
    hosts: { 'mapped.example': '127.0.0.1' },
    dataFolder: folder,
    secretBox: { kind: 'memory' },
    platform: 'linux',
    env: {},
    onCaFileProblem: (problem) => problems.push(problem),
    log,
  });
  const agent = network.agent('arm-unreachable');
  const get = (host = '127.0.0.1') =>
    callHttp({ method: 'GET', url: `https://${host}:${server.port}/`, timeoutMs: 20_000, agent });
  return { network, problems, get };
}

test('the authorities of the file are trusted by calls, and told to the engine', async () => {
  const { network, problems, get } = make({ caFile: corp.path('ca.pem') });
  expect((await get()).body).toBe('hello');
  expect(network.ca?.length).toBeGreaterThan(100);
  expect(network.ca).toContain(corp.pem.trim());
  expect(problems).toEqual([]);
  network.dispose();
});

test('a file that cannot be read is told, and its authorities are not trusted', async () => {
  const { network, problems, get } = make({ caFile: join(folder, 'absent.pem') });
  await expect(get()).rejects.toMatchObject({ code: 'tls-untrusted' });
  expect(problems).toMatchObject([{ code: 'ca-file-unreadable' }]);
  network.dispose();
});

test('the authorities of a custom cloud replace all others', async () => {
  const trusting = make({ ca: [corp.pem] });
  expect(trusting.network.ca).toEqual([corp.pem]);
  expect((await trusting.get()).body).toBe('hello');
  const replaced = make({ ca: [other.pem], caFile: corp.path('ca.pem') });
  await expect(replaced.get()).rejects.toMatchObject({ code: 'tls-untrusted' });
  expect(replaced.network.ca).toEqual([other.pem]);
  trusting.network.dispose();
  replaced.network.dispose();
});

test('names of a custom cloud are found where it says, and sign-ins go to the proxy that wants them', async () => {
  const expected = `Basic ${Buffer.from('ada:p').toString('base64')}`;
  const proxy = await startConnectProxy(({ headers }) =>
    headers['proxy-authorization'] === expected
      ? null
      : 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="r"\r\n\r\n',
  );
  let setting: ProxySetting = { kind: 'none' };
  const { network, get } = make({ ca: [corp.pem], proxy: () => setting });
  expect((await get('mapped.example')).body).toBe('hello');
  expect(proxy.asked).toEqual([]);
  setting = { kind: 'manual', url: `http://127.0.0.1:${proxy.port}`, bypass: '<-loopback>' };
  let followed = 0;
  network.onForget(() => void followed++);
  network.forgetConnections();
  expect(followed).toBe(1);
  await expect(get('mapped.example')).rejects.toMatchObject({ code: 'proxy-auth-needed' });
  await network.proxySignIns.set('127.0.0.1', proxy.port, { user: 'ada', password: 'p' });
  expect((await get('mapped.example')).body).toBe('hello');
  expect(proxy.asked.at(-1)).toEqual({
    authority: `mapped.example:${server.port}`,
    authorization: expected,
  });
  network.dispose();
  await proxy.dispose();
});

test('after the end nothing is kept, and no call is made', async () => {
  const { network, get } = make({ ca: [corp.pem] });
  await get();
  network.dispose();
  await expect(get()).rejects.toThrow();
});
