import { createServer } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { MsalNetwork } from '../azure/accounts/msal-network.ts';
import { toSignInError } from '../azure/accounts/sign-in-errors.ts';
import { ConnectFailure, connectFailureOf } from './connect-failure.ts';
import { ConnectorAgent } from './connector-agent.ts';
import { callHttp } from './https-request.ts';
import { makeLookup } from './lookup.ts';
import { SecureConnector } from './secure-connector.ts';
import { Authority } from './testing/certificates.ts';
import { start, type TestServer } from './testing/servers.ts';

let authority: Authority;
let server: TestServer;
let connector: SecureConnector;
let agent: ConnectorAgent;

beforeAll(async () => {
  authority = new Authority('/CN=Corp Inspect CA');
  server = await start(
    createServer(authority.issue(['IP:127.0.0.1']), (request, response) =>
      response.end(`{"path":"${request.url}"}`),
    ),
  );
  connector = connectorFor([authority.pem]);
  agent = agentOf(Promise.resolve(connector));
});
afterAll(async () => {
  agent?.destroy();
  await server?.dispose();
  authority?.dispose();
});

function connectorFor(ca: readonly string[] | null): SecureConnector {
  const resolveProxy = () => Promise.resolve([{ kind: 'direct' }] as const);
  return new SecureConnector({ ca, lookup: makeLookup({}), resolveProxy });
}

function agentOf(from: Promise<SecureConnector>): ConnectorAgent {
  return new ConnectorAgent({ connector: from, unreachable: 'arm-unreachable' });
}

function get(by: ConnectorAgent, port: number = server.port) {
  return callHttp({ method: 'GET', url: `https://127.0.0.1:${port}/x`, timeoutMs: 20_000, agent: by });
}

test('calls share a connection; one that is forgotten is not used again', async () => {
  const before = server.connections();
  expect((await get(agent)).body).toBe('{"path":"/x"}');
  await get(agent);
  expect(server.connections()).toBe(before + 1);
  agent.forgetIdle();
  await get(agent);
  expect(server.connections()).toBe(before + 2);
});

test('calls wait until it is known whom to trust', async () => {
  let ready: (connector: SecureConnector) => void = () => undefined;
  const waiting = agentOf(
    new Promise((resolve) => {
      ready = resolve;
    }),
  );
  const before = server.connections();
  const call = get(waiting);
  expect(server.connections()).toBe(before);
  ready(connector);
  expect((await call).status).toBe(200);
  waiting.destroy();
});

test('a failure to connect says what the catalogue says', async () => {
  const distrustful = agentOf(Promise.resolve(connectorFor(null)));
  const failure: unknown = await get(distrustful).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectFailure);
  expect(toArmError(failure)).toMatchObject({
    code: 'tls-untrusted',
    detail: expect.stringContaining('issued by CN=Corp Inspect CA'),
  });
  expect(toSignInError(failure)).toMatchObject({ code: 'tls-untrusted' });
  const gone = await start(createServer());
  await gone.dispose();
  const refused: unknown = await get(agent, gone.port).catch((error: unknown) => error);
  expect(toArmError(refused)).toMatchObject({
    code: 'arm-unreachable',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
  distrustful.destroy();
});

test('a call that is under way ends with its agent', async () => {
  const silent = await start(createServer());
  const own = agentOf(new Promise(() => undefined));
  const other = agentOf(Promise.resolve(connector));
  const call = get(other, silent.port);
  own.destroy();
  other.destroy();
  await expect(call).rejects.toThrow();
  await silent.dispose();
});

test('a failure survives being copied by a library, and nothing else is taken for one', () => {
  const error = appError('proxy-refused', { detail: 'p answered 403' });
  const copied = Object.assign(new Error('p answered 403'), { code: 'proxy-refused' });
  expect(connectFailureOf(new ConnectFailure(error))).toEqual(error);
  expect(connectFailureOf(copied)).toEqual(error);
  expect(connectFailureOf(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBeNull();
  expect(connectFailureOf(Object.assign(new Error('x'), { code: 'toString' }))).toBeNull();
  expect(connectFailureOf({ code: 'proxy-refused' })).toBeNull();
});

test('MSAL’s network remembers why it could not connect, until it can', async () => {
  const network = new MsalNetwork(agent);
  expect(network.lastFailure).toBeNull();
  const gone = await start(createServer());
  await gone.dispose();
  await expect(network.sendGetRequestAsync(`https://127.0.0.1:${gone.port}/`)).rejects.toThrow();
  expect(network.lastFailure).toMatchObject({ code: 'arm-unreachable' });
  const answer = await network.sendPostRequestAsync(`https://127.0.0.1:${server.port}/token`, {
    body: 'a=b',
  });
  expect(answer).toMatchObject({ status: 200, body: { path: '/token' } });
  expect(network.lastFailure).toBeNull();
});
