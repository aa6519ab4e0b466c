import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import { switchesOf } from '../../emulator/replay.ts';
import { probeFixtureSchema } from '../../src-main/cli/probe-fixture.ts';

const main = resolve(import.meta.dirname, '../../src-main/cli/main.ts');
const shared = '/subscriptions/11111111-0a5c-4b1e-9c01-7e1d2c3b4a50/resourceGroups';
const bastion = `${shared}/rg-network-weu/providers/Microsoft.Network/bastionHosts/bas-hub-weu`;
const jump = `${shared}/rg-shared-weu/providers/Microsoft.Compute/virtualMachines/jump-01`;
const principal = {
  AZURE_TENANT_ID: '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10',
  AZURE_CLIENT_ID: 'c2c2c2c2-6b3a-4f1d-9e55-0d1e2f3a4b5c',
  AZURE_CLIENT_SECRET: 'not-a-real-secret-night-shift',
};

const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function emulate(switches: object = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    estate: { ...demoEstate, switches },
    latencies: 'none',
    targets: 'none',
  });
  endings.push(() => emulator.dispose());
  return emulator;
}

/** Starts the command line as a user does: a process of its own. */
function run(args: readonly string[], env: Record<string, string | undefined> = principal): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endings.push(() => void child.kill('SIGKILL'));
  return child;
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; out: string; error: string }> {
  let out = '';
  let error = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (error += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, error };
}

const reach = (emulator: Emulator, port: number): string[] => [
  '--cloud',
  emulator.cloudFile,
  '--bastion',
  bastion,
  '--target',
  jump,
  '--remote-port',
  String(port),
];

test('a tunnel says ready when its listener accepts, carries bytes, and a signal ends it in order', async () => {
  const emulator = await emulate();
  const child = run(['tunnel', ...reach(emulator, 7), '--json']);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const events: Record<string, unknown>[] = [];
  lines.on('line', (line) => events.push(JSON.parse(line) as Record<string, unknown>));
  await expect.poll(() => events[0], { timeout: 20_000 }).toMatchObject({ event: 'ready' });
  expect(emulator.stats().tokenPosts).toBe(0);
  const socket = connect(Number(events[0]?.['port']), '127.0.0.1');
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('hello');
  const exit = once(child, 'close');
  child.kill('SIGTERM');
  expect((await exit)[0]).toBe(0);
  expect(events.map((each) => each['event'])).toEqual(['ready', 'open', 'closed']);
  expect(events[2]).toMatchObject({ sentBytes: 5, receivedBytes: 5 });
  expect(emulator.sessions()).toEqual([]);
  expect(JSON.stringify(events)).not.toContain(principal.AZURE_CLIENT_SECRET);
});

test('a command line that is not understood is answered with the usage', async () => {
  const { code, error } = await outcome(run(['fly']));
  expect(code).toBe(2);
  expect(error).toContain('unknown command: fly');
  expect(error).toContain('usage:');
});

test('what rules a tunnel out is said at once, with its code and the next step', async () => {
  const emulator = await emulate();
  const missing = await outcome(run(['tunnel', ...reach(emulator, 22)], { AZURE_TENANT_ID: 'x' }));
  expect(missing).toMatchObject({ code: 1 });
  expect(missing.error).toContain('principal-incomplete');
  expect(missing.error).toContain('AZURE_CLIENT_ID, AZURE_CLIENT_SECRET');
  const wrong = await outcome(
    run(['tunnel', ...reach(emulator, 22)], { ...principal, AZURE_CLIENT_SECRET: 'no' }),
  );
  expect(wrong.error).toContain('sign-in-failed');
  emulator.updateResource(bastion, { enableTunneling: false });
  expect((await outcome(run(['tunnel', ...reach(emulator, 22)]))).error).toContain(
    'bastion-native-client-off',
  );
  const ip = [
    '--cloud',
    emulator.cloudFile,
    '--bastion',
    bastion,
    '--target',
    '10.0.0.4',
    '--remote-port',
    '22',
  ];
  emulator.updateResource(bastion, { enableTunneling: true, enableIpConnect: false });
  expect((await outcome(run(['tunnel', ...ip]))).error).toContain('bastion-ip-connect-off');
});

test('a probe asks before it opens anything', async () => {
  const emulator = await emulate();
  const child = run(['probe', ...reach(emulator, 7), '--out', join(tmpdir(), 'never-written.json')]);
  const { code, error } = await outcome(child);
  expect(code).toBe(1);
  expect(error).toContain('probe-refused');
  expect(emulator.stats().tokenPosts).toBe(0);
});

test.each([
  ['the hardest service', {}],
  [
    'a mild one',
    {
      websocketTokenUse: 'until-expiry',
      websocketTokenSeconds: 60,
      answerPings: true,
      servicePingSeconds: 1,
      maxClientFrameBytes: 0,
      fragmentedClientFrames: 'accept',
      closedPort: 'upgrade-then-400',
      continuation: 'rotate',
    },
  ],
] as const)(
  'what a probe of %s finds makes the emulator behave like it',
  async (_name, switches) => {
    const folder = await mkdtemp(join(tmpdir(), 'probe-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'fixture.json');
    const emulator = await emulate(switches);
    const probed = await outcome(
      run(['probe', ...reach(emulator, 7), '--out', path, '--seconds', '5', '--yes']),
    );
    expect(probed).toMatchObject({ code: 0, error: '' });
    const text = await readFile(path, 'utf8');
    const fixture = probeFixtureSchema.parse(JSON.parse(text));
    const found = switchesOf(fixture);
    const {
      websocketTokenSeconds: _seconds,
      servicePingSeconds: pingSeconds,
      ...expected
    } = {
      websocketTokenUse: 'once',
      badWebsocketToken: 'upgrade-then-400',
      answerPings: false,
      servicePingSeconds: 0,
      maxClientFrameBytes: 4096,
      fragmentedClientFrames: 'close',
      closedPort: 'close-1011',
      continuation: 'reuse',
      ...switches,
    };
    if (expected.websocketTokenUse === 'until-expiry')
      delete (expected as Record<string, unknown>)['badWebsocketToken'];
    expect(found).toMatchObject(expected);
    expect((found.servicePingSeconds ?? 0) > 0).toBe(pingSeconds > 0);
    // Nothing that would open or name anything.
    expect(text).not.toMatch(/[0-9A-F]{64}|eyJ|127\.0\.0\.1|10\.\d+\.\d+\.\d+/);
    expect(text).not.toContain(principal.AZURE_TENANT_ID);
    expect(emulator.sessions()).toEqual([]);
  },
  90_000,
);
