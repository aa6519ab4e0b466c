import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import { ok } from '../../shared/result.ts';
import { loadCloud } from '../../src-main/azure/load-cloud.ts';
import { TunnelEngine } from '../../src-main/tunnel/engine.ts';
import {
  type TunnelEvent,
  type TunnelSpec,
  usualLimits,
  usualOptions,
} from '../../src-main/tunnel/tunnel-types.ts';
import { startServices } from '../support/services.ts';

let emulator: Emulator;
let engine: TunnelEngine;
let spec: TunnelSpec;
let events: TunnelEvent[] = [];
let before = { tokenPosts: 0, upgrades: 0, deletes: 0 };

beforeAll(async () => {
  emulator = await startEmulator({ estate: demoEstate, latencies: 'none', targets: 'none' });
  const app = await startServices({ emulator });
  await app.services.signIn.signIn('browser');
  await app.until('inventory', (state) => state.inventory.state === 'ready');
  const vm = Object.values(app.state.current.vms).find((each) => each.name === 'web-01');
  const route = await app.services.details.route(vm?.id ?? '');
  const token = await app.services.signIn.token(vm?.tenantId ?? '');
  const loaded = await loadCloud(emulator.cloudFile);
  if (!route.ok || !token.ok || !loaded.ok) throw new Error('the services do not work');
  await app.dispose();
  engine = new TunnelEngine({
    dataPlane: {
      port: loaded.value.cloud.dataPlane?.port ?? 0,
      hosts: loaded.value.cloud.dataPlane?.hosts ?? {},
      ca: loaded.value.ca,
    },
    options: usualOptions,
    resolveProxy: () => Promise.resolve([{ kind: 'direct' }]),
    armToken: () => Promise.resolve(ok(token.value)),
    emit: (event) => void events.push(event),
    log: () => undefined,
  });
  spec = {
    id: 't',
    bastion: {
      id: route.value.bastion.armId,
      endpoint: route.value.bastion.dnsName,
      tenantId: vm?.tenantId ?? '',
      kind: 'dedicated',
    },
    target: { kind: 'resource', resourceId: vm?.armId ?? '' },
    remotePort: 7,
    audience: 'same-user',
    localAddress: '127.70.1.2',
    localPort: 0,
    localPortFallback: true,
    opening: 'unknown',
    firstByteTimeoutMs: null,
    ...usualLimits,
  };
});
afterAll(async () => {
  await engine?.dispose();
  await emulator?.dispose();
});
afterEach(async () => {
  await engine.close('t');
  emulator.clearFaults();
});

/** Opens the tunnel and counts from here on. */
async function open(change: Partial<TunnelSpec> = {}) {
  events = [];
  before = emulator.stats();
  const address = await engine.open({ ...spec, ...change });
  if (!address.ok) throw new Error(address.error.detail);
  return address.value;
}

async function dial({ address, port }: { address: string; port: number }): Promise<Socket> {
  const socket = connect({ host: address, port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything until the other side's end; null for a reset. */
function readAll(socket: Socket): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.once('error', () => resolve(null));
  });
}

const counts = () => {
  const now = emulator.stats();
  return [now.tokenPosts - before.tokenPosts, now.upgrades - before.upgrades, now.deletes - before.deletes];
};
const ended = () => expect.poll(() => emulator.sessions().length, { timeout: 10_000 }).toBe(0);
const failure = () => events.find((event) => event.kind === 'failed');

test('nothing is asked before the first connection; then one POST, one upgrade, one DELETE each', async () => {
  const address = await open();
  expect(counts()).toEqual([0, 0, 0]);
  const sockets = await Promise.all([dial(address), dial(address), dial(address)]);
  for (const [index, socket] of sockets.entries()) {
    socket.write(`hello ${index}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe(`hello ${index}`);
  }
  expect(emulator.sessions()).toHaveLength(3);
  for (const socket of sockets) socket.resetAndDestroy();
  await ended();
  expect(counts()).toEqual([3, 3, 3]);
});

test('a program that closes its half still gets the whole answer', async () => {
  const socket = await dial(await open());
  const answer = readAll(socket);
  const sent = Buffer.alloc(3_000_000, 'abcdefgh');
  socket.end(sent);
  // The echo ends when it has sent everything back; the drain clock is for targets that do not.
  const got = await answer;
  expect(got?.length).toBe(sent.length);
  expect(got?.equals(sent)).toBe(true);
  await ended();
  expect(counts()).toEqual([1, 1, 1]);
});

test('a single-use listener takes one connection', async () => {
  const address = await open({ audience: 'single-use' });
  const first = await dial(address);
  first.write('x');
  await once(first, 'data');
  const second = connect({ host: address.address, port: address.port });
  const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  first.resetAndDestroy();
  await ended();
});

test('closing the tunnel ends its connections and deletes their tokens before it resolves', async () => {
  const socket = await dial(await open());
  socket.write('x');
  await once(socket, 'data');
  const closed = once(socket, 'end');
  await engine.close('t');
  expect(emulator.sessions()).toEqual([]);
  await closed;
});

test.each([
  ['a 401 once', { rejectTokens: { times: 1 } }, [2, 1, 1]],
  ['a 500 once', { failTokens: { times: 1 } }, [2, 1, 1]],
  ['a 101 without its headers once', { upgradeWithoutHeaders: { times: 1 } }, [2, 2, 2]],
])('goes on after %s', async (_name, faults, expected) => {
  emulator.setFaults(faults);
  const socket = await dial(await open());
  socket.write('x');
  await once(socket, 'data');
  expect(failure()).toBeUndefined();
  socket.resetAndDestroy();
  await ended();
  expect(counts()).toEqual(expected);
});

test.each<[string, Parameters<Emulator['setFaults']>[0], string, string]>([
  ['a 500 that stays', { failTokens: {} }, 'bastion-internal', 'token'],
  ['an answer without a token', { omitTokenField: { field: 'nodeId' } }, 'bastion-answer-invalid', 'token'],
  ['an upgrade that is always refused', { refuseUpgrade: {} }, 'websocket-refused', 'upgrade'],
])(
  '%s: the program gets a reset, the app a reason, and no session is left',
  async (_name, faults, code, step) => {
    emulator.setFaults(faults);
    const socket = await dial(await open());
    expect(await readAll(socket)).toBeNull();
    expect(failure()).toMatchObject({ step, error: { code } });
    await expect.poll(() => counts()[0]).toBeGreaterThan(0);
    await engine.close('t');
    expect(emulator.sessions()).toEqual([]);
  },
);

test('silence after the upgrade ends as target-silent within the limit', async () => {
  emulator.setFaults({ upgradeThenSilence: {} });
  const socket = await dial(await open({ firstByteTimeoutMs: 300 }));
  await readAll(socket);
  await expect
    .poll(failure, { timeout: 10_000 })
    .toMatchObject({ step: 'first-byte', error: { code: 'target-silent' } });
});

test('a reset in mid-stream is told at once, with what had arrived', async () => {
  emulator.setFaults({ resetTunnel: { afterBytes: 4 } });
  const socket = await dial(await open());
  const answer = readAll(socket);
  socket.write('12345678');
  await answer;
  await expect
    .poll(() => events.find((event) => event.kind === 'closed'), { timeout: 10_000 })
    .toMatchObject({ error: { code: 'tunnel-lost' } });
  await ended();
});

test('a wanted port that is taken is an error, or a free one where that is allowed', async () => {
  const first = await open({ localPort: 0 });
  const taken = await engine.open({ ...spec, id: 'u', localPort: first.port, localPortFallback: false });
  expect(taken).toMatchObject({ ok: false, error: { code: 'listener-port-in-use' } });
  const other = await engine.open({ ...spec, id: 'u', localPort: first.port, localPortFallback: true });
  expect(other.ok && other.value.port).not.toBe(first.port);
  await engine.close('u');
});

test.each(['a/b', 'user@host', 'host:1', '', 'bad host'])('the endpoint %j is refused', async (endpoint) => {
  expect(await engine.open({ ...spec, id: 'v', bastion: { ...spec.bastion, endpoint } })).toMatchObject({
    ok: false,
    error: { code: 'bastion-answer-invalid' },
  });
});
