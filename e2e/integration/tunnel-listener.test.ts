import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TunnelAddress } from '../../src-main/tunnel/tunnel-types.ts';
import { dial, startTunnelLab, type TunnelLab } from '../support/tunnel-lab.ts';

let lab: TunnelLab;
beforeAll(async () => {
  lab = await startTunnelLab();
});
afterAll(() => lab?.dispose());
afterEach(async () => {
  await lab.engine.close('t');
  lab.emulator.clearFaults();
});

const refusal = () => lab.events.find((event) => event.kind === 'refused');

test('nothing is asked before the first connection; then one POST, one upgrade, one DELETE each', async () => {
  const address = await lab.open();
  expect(lab.counts()).toEqual([0, 0, 0]);
  const programs = await Promise.all([dial(address), dial(address), dial(address)]);
  for (const [index, program] of programs.entries()) {
    expect(await program.echo(Buffer.from(`hello ${index}`))).toBe(true);
  }
  expect(lab.emulator.sessions()).toHaveLength(3);
  for (const program of programs) program.close();
  await expect.poll(() => lab.emulator.sessions().length).toBe(0);
  expect(lab.counts()).toEqual([3, 3, 3]);
});

test('warming up asks nothing of the Bastion, and the next connection uses what stands ready', async () => {
  const address = await lab.open();
  const { endpoint, tenantId, kind } = lab.spec.bastion;
  await lab.engine.warmUp({ endpoint, tenantId, kind });
  await lab.engine.warmUp({ endpoint, tenantId, kind });
  expect(lab.counts()).toEqual([0, 0, 0]);
  expect(lab.emulator.sessions()).toEqual([]);
  const program = await dial(address);
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  expect(lab.events.map((event) => (event.kind === 'step' ? event.step : event.kind))).not.toContain('tls');
  program.close();
  lab.engine.coolDown();
});

test('a program that closes its half still gets the whole answer', async () => {
  const program = await dial(await lab.open());
  const sent = Buffer.alloc(3_000_000, 'abcdefgh');
  program.socket.end(sent);
  expect(await program.ended).toBe('end');
  expect(program.received.equals(sent)).toBe(true);
});

test('a single-use listener takes one connection', async () => {
  const address = await lab.open({ audience: 'single-use' });
  const first = await dial(address);
  expect(await first.echo(Buffer.from('x'))).toBe(true);
  const second = connect({ host: address.address, port: address.port });
  const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  first.close();
});

test('closing the tunnel ends its connections and deletes their tokens before it resolves', async () => {
  const program = await dial(await lab.open());
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  await lab.engine.close('t');
  expect(lab.emulator.sessions()).toEqual([]);
  expect(await program.ended).toBe('end');
});

test('a wanted port that is taken is an error, or a free one where that is allowed', async () => {
  const first = await lab.open();
  const wanted = { ...lab.spec, id: 'u', localPort: first.port };
  expect(await lab.engine.open({ ...wanted, localPortFallback: false })).toMatchObject({
    ok: false,
    error: { code: 'listener-port-in-use' },
  });
  const other = await lab.engine.open({ ...wanted, localPortFallback: true });
  expect(other.ok && other.value.port).not.toBe(first.port);
  await lab.engine.close('u');
});

test.each(['a/b', 'user@host', 'host:1', '', 'bad host'])('the endpoint %j is refused', async (endpoint) => {
  const bastion = { ...lab.spec.bastion, endpoint };
  expect(await lab.engine.open({ ...lab.spec, id: 'v', bastion })).toMatchObject({
    ok: false,
    error: { code: 'bastion-answer-invalid' },
  });
});

test.each(['0.0.0.0', '192.168.1.1', '::1', 'localhost', '127.0.0.1.example'])(
  'no listener is opened on %s',
  async (localAddress) => {
    expect(await lab.engine.open({ ...lab.spec, id: 'v', localAddress })).toMatchObject({
      ok: false,
      error: { code: 'listener-failed' },
    });
  },
);

test('one connection more than the tunnel allows is turned away; when one ends there is room again', async () => {
  const address = await lab.open({ maximumConnections: 1 });
  const first = await dial(address);
  expect(await first.echo(Buffer.from('x'))).toBe(true);
  const second = await dial(address);
  expect(await second.ended).toBe('reset');
  expect(refusal()).toMatchObject({ client: { reason: '1 connections are open already' } });
  first.close();
  await expect.poll(() => lab.emulator.sessions().length).toBe(0);
  const third = await dial(address);
  expect(await third.echo(Buffer.from('x'))).toBe(true);
  third.close();
});

test('an unused listener closes by itself, but not under a connection', async () => {
  const address = await lab.open({ idleCloseMs: 300 });
  const program = await dial(address);
  expect(await program.echo(Buffer.from('x'))).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await program.echo(Buffer.from('y'))).toBe(true);
  program.close();
  await expect
    .poll(() => lab.events.some((event) => event.kind === 'idle-closed'), { timeout: 9_000 })
    .toBe(true);
  const late = connect({ host: address.address, port: address.port });
  expect(((await once(late, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('ECONNREFUSED');
});

/** A program of the user `nobody` that says a word and repeats what it hears. */
function asNobody({ address, port }: TunnelAddress): Promise<string> {
  const script = `exec 3<>/dev/tcp/${address}/${port}; printf hello >&3; timeout 5 head -c 5 <&3`;
  const child = spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'bash', '-c', script]);
  let heard = '';
  child.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  return once(child, 'close').then(() => heard);
}

test.runIf(process.getuid?.() === 0)(
  'a program of another user gets nothing, until the user allows it',
  async () => {
    const address = await lab.open();
    const { bytesUp } = lab.emulator.stats();
    expect(await asNobody(address)).toBe('');
    expect(refusal()).toMatchObject({ client: { uid: 65_534, reason: 'the program runs as user id 65534' } });
    // The session that was asked for beside the check is deleted, and nothing was sent through it.
    await expect.poll(() => lab.emulator.sessions().length).toBe(0);
    expect(lab.emulator.stats().bytesUp).toBe(bytesUp);
    const counts = lab.counts();
    const [exchanges, upgrades, deletes] = counts;
    expect([exchanges, deletes]).toEqual([1, 1]);
    expect(upgrades).toBeLessThanOrEqual(1);
    // From now on nobody is asked for before the check.
    expect(await asNobody(address)).toBe('');
    expect(lab.counts()).toEqual(counts);
    const own = await dial(address);
    expect(await own.echo(Buffer.from('mine'))).toBe(true);
    own.close();
    lab.engine.allow('t', { kind: 'uid', uid: 65_534 });
    expect(await asNobody(address)).toBe('hello');
  },
);

test.runIf(process.getuid?.() === 0)(
  'a single-use listener is not used up by a program of another user',
  async () => {
    const address = await lab.open({ audience: 'single-use' });
    expect(await asNobody(address)).toBe('');
    expect(lab.counts()).toEqual([0, 0, 0]);
    const own = await dial(address);
    expect(await own.echo(Buffer.from('mine'))).toBe(true);
    own.close();
  },
);

test.runIf(process.getuid?.() === 0)('a tunnel for every user asks nobody who they are', async () => {
  expect(await asNobody(await lab.open({ audience: 'any-user' }))).toBe('hello');
});
