import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import type { Session } from '../../shared/session.ts';
import type { PromptBody, TrustOutcome } from '../../src-main/trust.ts';
import { startServices, type TestServices } from '../support/services.ts';

let emulator: Emulator;
let app: TestServices;
const password = 'correct horse 1815';

const answer = (prompt: PromptBody): TrustOutcome => {
  if (prompt.kind === 'secret') return { kind: 'accepted', secret: password };
  return { kind: 'accepted', secret: '' };
};

beforeAll(async () => {
  emulator = await startEmulator({ estate: demoEstate, latencies: 'none' });
  app = await startServices({ emulator, answer });
});
afterAll(async () => {
  await app?.dispose();
  await emulator?.dispose();
});

const vm = (name: string) => {
  const found = Object.values(app.state.current.vms).find((each) => each.name === name);
  if (found === undefined)
    throw new Error(
      `no ${name} in ${Object.values(app.state.current.vms)
        .map((each) => each.name)
        .join()}`,
    );
  return found;
};
const session = (id: string) => app.state.current.sessions[id] as Session;

test('signs in by the browser and lists machines of both tenants', async () => {
  expect(await app.services.signIn.signIn('browser')).toEqual({ ok: true, value: null });
  await app.until('inventory', (state) => state.inventory.state === 'ready');
  const { inventory, vms } = app.state.current;
  expect(inventory.tenants.map((tenant) => [tenant.name, tenant.state])).toEqual([
    ['Contoso', 'ready'],
    ['Fabrikam', 'ready'],
  ]);
  expect(Object.keys(vms).length).toBeGreaterThan(6);
  console.log(
    Object.values(vms)
      .map((each) => `${each.name} ${each.os} ${each.power} ${each.adminUsername}`)
      .join('\n'),
  );
});

test('checks of every machine', async () => {
  for (const each of Object.values(app.state.current.vms)) {
    await app.services.details.load(each.id, true);
    const detail = app.state.current.details[each.id];
    console.log(
      each.name,
      '|',
      detail?.routes.map((route) => route.reason).join(' ; '),
      '|',
      detail?.checks.map((check) => `${check.id}:${check.status}`).join(' '),
      '|',
      detail?.checks.find((check) => check.status !== 'pass')?.message,
    );
  }
});

test('connects by password, runs a command, uploads, and leaves no session behind', async () => {
  const opened = await app.services.sessions.connectSsh({
    vmId: vm('web-01').id,
    user: 'ada',
    method: 'password',
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const { id } = opened.value;
  await app.until('open', (state) => ['open', 'failed'].includes(state.sessions[id]?.state.kind ?? ''));
  expect(session(id).state).toMatchObject({ kind: 'open' });
  let screen = '';
  let receive: (data: unknown) => void = () => undefined;
  app.services.sessions.attach(id, () => ({
    postMessage: (bytes) => {
      screen += Buffer.from(bytes).toString();
      receive({ kind: 'ack', bytes: bytes.length });
    },
    onMessage: (listener) => {
      receive = listener;
    },
    close: () => undefined,
  }));
  receive({ kind: 'input', text: 'echo "kernel: $(uname -s)"\n' });
  await expect.poll(() => screen, { timeout: 10_000 }).toContain('kernel: Linux');
  console.log(session(id).steps);

  const folder = await mkdtemp(join(tmpdir(), 'sallyport-up-'));
  await mkdir(join(folder, 'tree/deep'), { recursive: true });
  const big = Buffer.alloc(3_000_000, 'x');
  await writeFile(join(folder, 'tree/big.bin'), big);
  await writeFile(join(folder, 'tree/deep/empty'), '');
  await writeFile(join(folder, "tree/deep/odd 'name\n\\ ü.txt"), 'odd');
  const offered = app.services.transfers.offer(id, [join(folder, 'tree')]);
  if (!offered.ok) throw new Error(offered.error.message);
  await app.until('offered', (state) => state.transfers[offered.value.id]?.state.kind === 'offered');
  app.services.transfers.start(offered.value.id, '');
  await app.until('done', (state) =>
    ['done', 'failed'].includes(state.transfers[offered.value.id]?.state.kind ?? ''),
  );
  expect(app.state.current.transfers[offered.value.id]?.state).toMatchObject({
    kind: 'done',
    verified: 'sha-256',
  });
  const files = app.services.transfers.files(offered.value.id, 0, 10);
  expect(files.ok && files.value[0]).toMatchObject({
    path: 'tree/big.bin',
    sha256: createHash('sha256').update(big).digest('hex'),
  });
  await rm(folder, { recursive: true });

  await app.services.sessions.close(id);
  expect(emulator.sessions()).toEqual([]);
  console.log(await readFile(join(app.dataFolder, 'logs/sallyport.log'), 'utf8'));
});
