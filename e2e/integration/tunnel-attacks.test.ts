import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultsInput } from '../../emulator/index.ts';
import { ok } from '../../shared/result.ts';
import { EngineClient } from '../../src-main/tunnel/engine-client.ts';
import type { TunnelAddress } from '../../src-main/tunnel/tunnel-types.ts';
import { dial, startTunnelLab, type TunnelLab } from '../support/tunnel-lab.ts';

// Bad moments and careless callers: nothing may be left behind, and nothing may be told of what is over.

let lab: TunnelLab;
beforeAll(async () => {
  lab = await startTunnelLab();
});
afterAll(() => lab?.dispose());
afterEach(async () => {
  await lab.engine.close('t');
  lab.emulator.clearFaults();
});

async function isListening({ address, port }: TunnelAddress): Promise<boolean> {
  const socket = connect({ host: address, port });
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.on('error', () => undefined);
  socket.destroy();
  return isOpen;
}

test('a tunnel that is open already is not opened a second time', async () => {
  const first = await lab.open();
  expect(await lab.engine.open(lab.spec)).toMatchObject({ ok: false, error: { code: 'listener-failed' } });
  const program = await dial(first);
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  program.close();
  await lab.engine.close('t');
  expect(await isListening(first)).toBe(false);
});

test('a tunnel that is closed while it opens does not stay open', async () => {
  const opening = lab.engine.open(lab.spec);
  await lab.engine.close('t');
  const opened = await opening;
  if (opened.ok) expect(await isListening(opened.value)).toBe(false);
  const again = await lab.engine.open(lab.spec);
  expect(again.ok).toBe(true);
});

test('nothing is told of a tunnel after it was closed', async () => {
  const program = await dial(await lab.open({ idleCloseMs: 200 }));
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  await lab.engine.close('t');
  const told = lab.events.length;
  await delay(600);
  expect(lab.events.slice(told)).toEqual([]);
});

/** What holds a connection up in one of its phases. */
const phases: readonly (readonly [string, FaultsInput, number])[] = [
  ['at once', {}, 0],
  ['during the token call', { delayTokens: { ms: 400 } }, 150],
  ['after a failed token call', { failTokens: { status: 503 } }, 150],
  ['after the upgrade', { upgradeThenSilence: {} }, 300],
  ['between two tries', { refuseUpgrade: { status: 503 } }, 300],
  ['while it is open', {}, 300],
];

test.each(phases)('a tunnel that is closed %s leaves no session and no error', async (_name, faults, ms) => {
  lab.emulator.setFaults(faults);
  const address = await lab.open({ opening: 'greeting' });
  const programs = await Promise.all([dial(address), dial(address), dial(address)]);
  for (const program of programs) program.socket.write('hello');
  await delay(ms);
  await lab.engine.close('t');
  expect(lab.emulator.sessions()).toEqual([]);
  const [posts, , deletes] = lab.counts();
  if (faults.failTokens === undefined) expect(deletes).toBe(posts);
  expect(lab.events.filter((event) => event.kind === 'failed')).toEqual([]);
  for (const program of programs) await program.ended;
});

test('programs that leave at every moment leave no session', async () => {
  const address = await lab.open();
  for (let ms = 0; ms < 60; ms += 4) {
    const program = await dial(address);
    program.socket.write('hello');
    await delay(ms);
    program.close();
  }
  await expect.poll(() => lab.emulator.sessions().length, { timeout: 15_000 }).toBe(0);
  const [posts, , deletes] = lab.counts();
  expect(deletes).toBe(posts);
});

test('main may open a tunnel anew while it is still being closed, but not twice', async () => {
  const client = new EngineClient({
    workerPath: join(import.meta.dirname, '../../src-main/tunnel/worker.ts'),
    dataPlane: { port: 1, hosts: {}, ca: null },
    armToken: () => Promise.resolve(ok('token')),
    resolveProxy: () => Promise.resolve([{ kind: 'direct' }]),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const open = () => client.open({ ...lab.spec, localAddress: '127.70.1.3' }, () => undefined);
  const first = await open();
  expect(first.ok).toBe(true);
  expect(await open()).toMatchObject({ ok: false, error: { code: 'listener-failed' } });
  const closing = [client.close('t'), client.close('t')];
  const second = await open();
  await Promise.all(closing);
  expect(second.ok && (await isListening(second.value))).toBe(true);
  await client.close('t');
  expect(second.ok && (await isListening(second.value))).toBe(false);
  await client.dispose();
});
