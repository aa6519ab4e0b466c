import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultsInput } from '../../emulator/index.ts';
import type { TunnelSpec } from '../../src-main/tunnel/tunnel-types.ts';
import { dial, labBastion, places, startTunnelLab, type TunnelLab } from '../support/tunnel-lab.ts';

// Every fault the service is known to have, or may have: what the local program sees, how many POSTs, upgrades and DELETEs
// there are, what the app is told, and that nothing is left.

let lab: TunnelLab;
let handles = 0;
beforeAll(async () => {
  lab = await startTunnelLab();
});
afterAll(() => lab?.dispose());
afterEach(async () => {
  await lab.engine.close('t');
  lab.emulator.clearFaults();
  expect(lab.emulator.sessions()).toEqual([]);
});

const failure = () => lab.events.find((event) => event.kind === 'failed');
const closing = () => lab.events.find((event) => event.kind === 'closed');
const settled = () => expect.poll(() => lab.emulator.sessions().length, { timeout: 9_000 }).toBe(0);

/** The greeting of a protocol that says it first: what may be sent twice. */
const greeting: Partial<TunnelSpec> = { opening: 'greeting', firstByteTimeoutMs: 400 };

test.each<[string, FaultsInput, readonly number[], Partial<TunnelSpec>]>([
  ['no fault', {}, [1, 1, 1], {}],
  ['a slow token exchange', { delayTokens: { ms: 300 } }, [1, 1, 1], {}],
  ['a 401 once', { rejectTokens: { times: 1 } }, [2, 1, 1], {}],
  ['a claims challenge once', { challengeTokens: { times: 1 } }, [2, 1, 1], {}],
  ['a token that has expired once', { expireTokens: { times: 1 } }, [2, 1, 1], {}],
  ['a 500 once', { failTokens: { times: 1 } }, [2, 1, 1], {}],
  ['a 503 twice', { failTokens: { times: 2, status: 503 } }, [3, 1, 1], {}],
  ['a 429 once', { throttleTokens: { times: 1, retryAfterSeconds: 0 } }, [2, 1, 1], {}],
  ['a reset of the exchange once', { resetTokens: { times: 1 } }, [2, 1, 1], {}],
  ['a 101 without Upgrade once (A)', { upgradeWithoutHeaders: { times: 1 } }, [2, 2, 2], {}],
  [
    'a 101 without Connection once (A)',
    { upgradeWithoutHeaders: { times: 1, omit: 'connection' } },
    [2, 2, 2],
    {},
  ],
  ['a 101 with neither once (A)', { upgradeWithoutHeaders: { times: 1, omit: 'both' } }, [2, 2, 2], {}],
  ['HTTP text after the 101 once (B), a greeting', { upgradeThen400: { times: 1 } }, [2, 2, 2], greeting],
  ['silence after the 101 once (C), a greeting', { upgradeThenSilence: { times: 1 } }, [2, 2, 2], greeting],
  [
    'a close before the first byte once, a greeting',
    { closeTunnel: { times: 1, code: 1011 } },
    [2, 2, 2],
    greeting,
  ],
  ['a refused upgrade once', { refuseUpgrade: { times: 1, status: 503 } }, [2, 2, 2], {}],
  ['a session on another node than announced, once', { moveNode: { times: 1 } }, [2, 2, 2], {}],
  ['frames of one byte', { frameSize: { bytes: 1 } }, [1, 1, 1], {}],
  ['fragments of seven bytes', { fragmentFrames: { bytes: 7 } }, [1, 1, 1], {}],
  ['pings without payload', { serverPings: { count: 5 } }, [1, 1, 1], {}],
  ['pings with 125 bytes', { serverPings: { count: 5, payloadBytes: 125 } }, [1, 1, 1], {}],
  ['an empty frame', { emptyFrame: {} }, [1, 1, 1], {}],
  ['a DELETE that fails once', { failDelete: { times: 1 } }, [1, 1, 2], {}],
])('the program gets its answer in spite of: %s', async (_name, faults, counts, change) => {
  lab.emulator.setFaults(faults);
  const program = await dial(await lab.open(change));
  expect(await program.echo(randomBytes(3_000))).toBe(true);
  expect(failure()).toBeUndefined();
  program.close();
  await settled();
  expect(lab.counts()).toEqual(counts);
});

test('text is delivered as its bytes', async () => {
  lab.emulator.setFaults({ textFrame: { text: 'notice' } });
  const program = await dial(await lab.open());
  program.socket.write('x');
  expect((await program.receive(7)).toString()).toContain('notice');
  program.close();
});

test.each<[string, FaultsInput, string, string, readonly number[]]>([
  ['a 401 that stays', { rejectTokens: { times: 9 } }, 'bastion-unauthorized', 'token', [2, 0, 0]],
  ['a 500 that stays', { failTokens: {} }, 'bastion-internal', 'token', [2, 0, 0]],
  ['a 403', { failTokens: { status: 403 } }, 'bastion-forbidden', 'token', [1, 0, 0]],
  ['a 404', { failTokens: { status: 404 } }, 'bastion-rejected', 'token', [1, 0, 0]],
  ['a 429 that stays', { throttleTokens: { retryAfterSeconds: 0 } }, 'bastion-busy', 'token', [3, 0, 0]],
  [
    'an answer without its authToken',
    { omitTokenField: { field: 'authToken' } },
    'bastion-answer-invalid',
    'token',
    [1, 0, 0],
  ],
  [
    'an answer without its node',
    { omitTokenField: { field: 'nodeId' } },
    'bastion-answer-invalid',
    'token',
    [1, 0, 1],
  ],
  [
    'an answer without its WebSocket token',
    { omitTokenField: { field: 'websocketToken' } },
    'bastion-answer-invalid',
    'token',
    [1, 0, 1],
  ],
  ['a page of HTML', { garbleTokens: { body: 'html' } }, 'bastion-answer-invalid', 'token', [1, 0, 0]],
  ['plain text', { garbleTokens: { body: 'text' } }, 'bastion-answer-invalid', 'token', [1, 0, 0]],
  ['an empty answer', { garbleTokens: { body: 'empty' } }, 'bastion-answer-invalid', 'token', [1, 0, 0]],
  [
    'half of an answer',
    { garbleTokens: { body: 'truncated' } },
    'bastion-answer-invalid',
    'token',
    [1, 0, 0],
  ],
  ['an upgrade that is always refused', { refuseUpgrade: {} }, 'websocket-refused', 'upgrade', [2, 2, 2]],
  ['a 101 that is always bare (A)', { upgradeWithoutHeaders: {} }, 'websocket-refused', 'upgrade', [2, 2, 2]],
])('%s: the program gets a reset, the app the reason', async (_name, faults, code, step, counts) => {
  lab.emulator.setFaults(faults);
  const program = await dial(await lab.open());
  expect(await program.ended).toBe('reset');
  expect(program.received).toHaveLength(0);
  expect(failure()).toMatchObject({ step, error: { code } });
  await settledOrForged();
  expect(lab.counts()).toEqual(counts);
  forgetForged();
});

/** A session whose name was withheld cannot be deleted by anybody: the emulator keeps it, as the service would. */
async function settledOrForged(): Promise<void> {
  const isNamed = !JSON.stringify(failure()).includes('without authToken');
  if (isNamed) await settled();
}
function forgetForged(): void {
  for (const { id } of lab.emulator.sessions()) lab.emulator.endSession(id);
}

test.each<[string, FaultsInput, Partial<TunnelSpec>, string]>([
  ['HTTP text after the 101 (B)', { upgradeThen400: {} }, greeting, 'websocket-refused'],
  ['silence after the 101 (C)', { upgradeThenSilence: {} }, greeting, 'target-silent'],
])('%s that stays ends a greeting after two tries', async (_name, faults, change, code) => {
  lab.emulator.setFaults(faults);
  const program = await dial(await lab.open(change));
  program.socket.write('SSH-2.0-x\r\n');
  expect(await program.ended).toBe('reset');
  expect(failure()).toMatchObject({ step: 'first-byte', error: { code } });
  await settled();
  expect(lab.counts()).toEqual([2, 2, 2]);
});

test('bytes of a protocol that nobody knows are never sent twice', async () => {
  lab.emulator.setFaults({ closeTunnel: { times: 1, afterBytes: 0, code: 1011 } });
  const address = await lab.open();
  lab.emulator.setFaults({ closeTunnel: null, halfOpen: { times: 1, afterBytes: 0 } });
  const program = await dial(address);
  program.socket.write('INSERT');
  await delay(300);
  // The service has taken the bytes and says nothing: whether they took effect nobody here can know.
  await lab.engine.close('t');
  expect(lab.counts()[0]).toBe(1);
  program.close();
});

test('more than 64 KiB of a greeting are not held back for a second try', async () => {
  lab.emulator.setFaults({ upgradeThenSilence: {} });
  const program = await dial(await lab.open(greeting));
  program.socket.write(Buffer.alloc(80 * 1024, 'x'));
  await program.ended;
  expect(closing() ?? failure()).toMatchObject({ error: { code: 'target-silent' } });
  expect(lab.counts()[0]).toBe(1);
});

test.each<[string, FaultsInput, 'end' | 'reset', string | null]>([
  ['a close with 1000', { closeTunnel: { afterBytes: 5, code: 1000 } }, 'end', null],
  ['a close with 1001', { closeTunnel: { afterBytes: 5, code: 1001 } }, 'end', null],
  ['a close with 1011', { closeTunnel: { afterBytes: 5, code: 1011 } }, 'reset', 'tunnel-lost'],
  ['a close with 4321', { closeTunnel: { afterBytes: 5, code: 4321 } }, 'reset', 'tunnel-lost'],
  ['a TCP reset', { resetTunnel: { afterBytes: 5 } }, 'reset', 'tunnel-lost'],
])(
  'in mid-stream %s: what had come is delivered, then the end is told at once',
  async (_name, faults, end, code) => {
    lab.emulator.setFaults(faults);
    const program = await dial(await lab.open());
    program.socket.write('123456789');
    expect(await program.ended).toBe(end);
    if (end === 'end') expect(program.received.length).toBeGreaterThanOrEqual(5);
    await expect.poll(closing).toMatchObject({ error: code === null ? null : { code } });
    await settled();
    expect(lab.counts()).toEqual([1, 1, 1]);
  },
);

test.each(['close-1001', 'reset'] as const)(
  'maintenance (%s) ends every connection, and new ones wait for it',
  async (how) => {
    const address = await lab.open();
    const programs = await Promise.all([dial(address), dial(address), dial(address)]);
    for (const program of programs) expect(await program.echo(Buffer.from('hi'))).toBe(true);
    lab.emulator.setFaults({ maintenance: { how, times: 1 } });
    const ends = await Promise.all(programs.map((program) => program.ended));
    expect(new Set(ends)).toEqual(new Set([how === 'reset' ? 'reset' : 'end']));
    const late = await dial(address);
    expect(await late.echo(Buffer.from('again'))).toBe(true);
    late.close();
    await settled();
  },
);

test('a service that never answers our close does not keep the connection', async () => {
  lab.emulator.setFaults({ ignoreClose: {} });
  const program = await dial(await lab.open());
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  program.close();
  await settled();
  expect(lab.counts()).toEqual([1, 1, 1]);
});

test('a DELETE that always fails is tried three times, logged without its token, and given up', async () => {
  lab.emulator.setFaults({ failDelete: {} });
  const program = await dial(await lab.open());
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  program.close();
  await expect
    .poll(() => lab.logs.some((line) => line.startsWith('token-not-deleted')), { timeout: 9_000 })
    .toBe(true);
  expect(lab.counts()).toEqual([1, 1, 3]);
  expect(lab.logs.join()).not.toMatch(/[0-9A-F]{64}|eyJ/);
  forgetForged();
});

test('the log says how a connection went: node, close code, bytes, times; never a token', async () => {
  const program = await dial(await lab.open());
  expect(await program.echo(Buffer.from('hello'))).toBe(true);
  program.close();
  await settled();
  const line = lab.logs.find((each) => each.startsWith('connection-closed')) ?? '';
  expect(line).toMatch(/"sentBytes":5,"receivedBytes":5/);
  expect(line).toMatch(/"node":"\d+\.\d+\.\d+\.\d+","attempts":1,"closeCode":1000,"durationMs":\d+/);
  expect(line).toMatch(/tls \d+|upgrade \d+/);
  expect(line).not.toMatch(/[0-9A-F]{64}|eyJ|[0-9a-f]{48}/);
});

test('after a change of the network a dead connection is found, a living one stays', async () => {
  const address = await lab.open();
  const living = await dial(address);
  expect(await living.echo(Buffer.from('a'))).toBe(true);
  lab.emulator.setFaults({ halfOpen: { afterBytes: 3, times: 1 } });
  const dead = await dial(address);
  expect(await dead.echo(Buffer.from('b'))).toBe(true);
  await expect
    .poll(() => lab.events.some((event) => event.kind === 'progress' && event.roundTripMs !== null))
    .toBe(true);
  dead.socket.write('stop listening');
  await delay(50);
  lab.engine.networkChanged(500);
  expect(await dead.ended).toBe('reset');
  expect(closing()).toMatchObject({ error: { code: 'tunnel-lost' } });
  expect(await living.echo(Buffer.from('c'))).toBe(true);
  living.close();
});

test('32 MiB in one frame of the service arrive whole', async () => {
  const size = 32 * 1024 * 1024;
  lab.emulator.setFaults({ frameSize: { bytes: size } });
  const program = await dial(await lab.open({ remotePort: 19 }));
  const received = await program.receive(size);
  expect(received.length).toBeGreaterThanOrEqual(size);
  program.close();
}, 60_000);

test('a scale-set instance through a Bastion of two steps: the pod is asked for, and no node is named', async () => {
  const program = await dial(
    await lab.open({
      bastion: labBastion(lab.emulator),
      target: { kind: 'resource', resourceId: places.renderInstance },
      remotePort: 22,
      ...greeting,
    }),
  );
  expect(await program.echo(Buffer.from('SSH-2.0-x\r\n'))).toBe(true);
  const paths = lab.emulator
    .stats()
    .requests.filter((row) => row.plane === 'bastion')
    .map((row) => row.path);
  expect(paths).toContain('/api/connection');
  expect(paths.some((path) => path.startsWith('/omni/webtunnel/'))).toBe(true);
  program.close();
  await settled();
  expect(lab.counts()).toEqual([1, 1, 1]);
});

test('a target given as an address', async () => {
  lab.emulator.updateResource(places.hubBastion, { enableIpConnect: true });
  lab.emulator.updateEstate((estate) => {
    estate.switches.ipConnectPorts = 'any';
  });
  const jump = lab.emulator
    .estate()
    .subscriptions.flatMap((each) => each.resourceGroups)
    .flatMap((group) => group.vms)
    .find((vm) => vm.name === 'jump-01');
  const program = await dial(await lab.open({ target: { kind: 'ip', address: jump?.privateIp ?? '' } }));
  expect(await program.echo(randomBytes(100))).toBe(true);
  program.close();
  await settled();
  expect(lab.counts()).toEqual([1, 1, 1]);
});

test('nothing is left of a hundred connections: no socket, no timer', async () => {
  const address = await lab.open();
  const round = async () => {
    const programs = await Promise.all(Array.from({ length: 25 }, () => dial(address)));
    for (const program of programs) expect(await program.echo(Buffer.from('x'))).toBe(true);
    for (const program of programs) program.close();
    await settled();
    // The connections of the token calls stay for a while, as they should.
    lab.engine.coolDown();
    await delay(100);
    return process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout/.test(kind)).length;
  };
  handles = await round();
  for (let count = 0; count < 3; count++) expect(await round()).toBeLessThanOrEqual(handles + 2);
});
