import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import type { Session } from '../../shared/session.ts';
import type { Transfer } from '../../shared/transfer.ts';
import type { SshRequest } from '../../src-main/sessions/sessions.ts';
import type { PromptBody, TrustOutcome } from '../../src-main/trust.ts';
import { startServices, type TestServices } from '../support/services.ts';

const password = 'correct horse 1815';
const accept = (secret = ''): TrustOutcome => ({ kind: 'accepted', secret });
const rightAnswers = (prompt: PromptBody) => accept(prompt.kind === 'secret' ? password : '');

let emulator: Emulator;
let app: TestServices;
let folder: string;
let answer: (prompt: PromptBody) => TrustOutcome;
let agentPid: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-ssh-'));
  const keyPath = join(folder, 'id');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyPath]);
  const estate = structuredClone(demoEstate) as {
    targets: { name: string; users?: { authorizedKeys?: string[] }[] }[];
  };
  for (const target of estate.targets.filter((each) => each.name === 'linux-web-01')) {
    for (const user of target.users ?? [])
      user.authorizedKeys = [(await readFile(`${keyPath}.pub`, 'utf8')).trim()];
  }
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  agentPid = agent.pid as number;
  await once(agent.stdout, 'data');
  execFileSync('ssh-add', ['-q', keyPath], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: 'ignore',
  });
  emulator = await startEmulator({ estate, latencies: 'none' });
  app = await startServices({
    emulator,
    answer: (prompt) => answer(prompt),
    env: { ...process.env, HOME: folder, SSH_AUTH_SOCK: socket },
  });
  answer = rightAnswers;
  await app.services.accounts.signIn('browser');
  await app.until('inventory', (state) => state.inventory.state === 'ready');
});
afterAll(async () => {
  await app?.dispose();
  await emulator?.dispose();
  process.kill(agentPid);
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  answer = rightAnswers;
  app.prompts.length = 0;
});

const vmId = (name: string) =>
  Object.values(app.state.current.vms).find((each) => each.name === name)?.id ?? '';
const session = (id: string) => app.state.current.sessions[id] as Session;

/** Connects and waits for what comes of it. */
async function connect(request: Partial<SshRequest> = {}): Promise<string> {
  const opened = await app.services.sessions.connectSsh({
    vmId: vmId('web-01'),
    user: 'ada',
    method: 'password',
    ...request,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const { id } = opened.value;
  await app.until('a decision', (state) => state.sessions[id]?.state.kind !== 'connecting');
  return id;
}

async function close(id: string): Promise<void> {
  await app.services.sessions.close(id);
  // A transfer's own session may still be ending.
  await expect.poll(() => emulator.sessions().length, { timeout: 5_000 }).toBe(0);
}

/** A page's end of the terminal. */
function attach(id: string) {
  let text = '';
  let receive: (data: unknown) => void = () => undefined;
  app.services.sessions.attach(id, () => ({
    postMessage: (bytes) => {
      text += Buffer.from(bytes).toString();
      receive({ kind: 'ack', bytes: bytes.length });
    },
    onMessage: (listener) => {
      receive = listener;
    },
    close: () => undefined,
  }));
  return { type: (line: string) => receive({ kind: 'input', text: `${line}\n` }), text: () => text };
}

test('both tenants are listed', () => {
  expect(app.state.current.inventory.tenants.map((tenant) => [tenant.name, tenant.state])).toEqual([
    ['Contoso', 'ready'],
    ['Fabrikam', 'ready'],
  ]);
  expect(vmId('erp-app-01')).toContain('/44444444-');
});

test('by password: host key shown once, steps timed, a command answered, one DELETE', async () => {
  // The machine's page is open, as before a click on its button.
  await app.services.details.load(vmId('web-01'), false);
  const id = await connect();
  expect(session(id).state.kind).toBe('open');
  expect(app.prompts.map((prompt) => prompt.kind)).toEqual(['host-key-unknown', 'secret']);
  expect(app.prompts[0]).toMatchObject({
    fingerprint: emulator.targets.sshd('linux-web-01').hostKeyFingerprint(),
  });
  expect(session(id).steps.map((step) => step.state)).toEqual(Array(6).fill('done'));
  const terminal = attach(id);
  terminal.type('echo "kernel: $(uname -s)"');
  await expect.poll(terminal.text, { timeout: 10_000 }).toContain('kernel: Linux');
  await close(id);
  expect(app.state.current.details[vmId('web-01')]?.plan).toMatchObject({
    source: 'last-success',
    method: 'password',
  });
});

test('by the agent: no question at all', async () => {
  const id = await connect({ method: 'agent' });
  expect(session(id).state.kind).toBe('open');
  expect(app.prompts).toEqual([]);
  await close(id);
});

test('a large output arrives whole', async () => {
  const id = await connect();
  const terminal = attach(id);
  terminal.type('head -c 20000000 /dev/zero | tr "\\0" x; echo; echo "the e""nd"');
  await expect.poll(() => terminal.text().includes('the end'), { timeout: 30_000 }).toBe(true);
  expect(terminal.text().replaceAll(/[^x]/g, '').length).toBeGreaterThanOrEqual(20_000_000);
  await close(id);
});

test('a remote exit closes, with its code; reconnecting keeps the session', async () => {
  const id = await connect();
  attach(id).type('exit 3');
  await app.until('closed', (state) => state.sessions[id]?.state.kind === 'closed');
  expect(session(id).state).toMatchObject({ exitCode: 3 });
  expect(emulator.sessions()).toEqual([]);
  app.prompts.length = 0;
  app.services.sessions.reconnect(id);
  await app.until('open', (state) => state.sessions[id]?.state.kind === 'open');
  expect(app.prompts).toEqual([]); // the password is kept for the session
  await close(id);
});

test('a lost tunnel is told, and the session can connect again', async () => {
  const id = await connect();
  emulator.setFaults({ maintenance: { how: 'reset' } });
  await app.until('lost', (state) => state.sessions[id]?.state.kind === 'lost');
  expect(session(id).state).toMatchObject({ error: { code: 'tunnel-lost' } });
  emulator.clearFaults();
  app.services.sessions.reconnect(id);
  await app.until('open', (state) => state.sessions[id]?.state.kind === 'open');
  await close(id);
});

test('a wrong password is asked for again, then told', async () => {
  answer = (prompt) => (prompt.kind === 'secret' ? accept('wrong') : accept());
  const id = await connect();
  expect(session(id).state).toMatchObject({ kind: 'failed', error: { code: 'ssh-auth-failed' } });
  expect(session(id).steps.at(-1)?.state).toBe('failed');
  expect(app.prompts.filter((prompt) => prompt.kind === 'secret')).toHaveLength(3);
  await close(id);
});

test('refusing the question cancels', async () => {
  answer = (prompt) => (prompt.kind === 'secret' ? { kind: 'cancelled' } : accept());
  const id = await connect();
  expect(session(id).state).toMatchObject({ kind: 'failed', error: { code: 'ssh-cancelled' } });
  await close(id);
});

test('refusing a host key pins nothing and offers nothing', async () => {
  answer = () => ({ kind: 'refused' });
  const id = await connect({ vmId: vmId('web-02') });
  expect(session(id).state).toMatchObject({ kind: 'failed', error: { code: 'ssh-host-key-refused' } });
  expect(await readFile(emulator.targets.sshd('linux-web-02').logFile, 'utf8')).not.toMatch(
    /Accepted|Failed password/,
  );
  await close(id);
  expect(app.prompts).toHaveLength(1);
  const again = await connect({ vmId: vmId('web-02') });
  expect(app.prompts.filter((prompt) => prompt.kind === 'host-key-unknown')).toHaveLength(2);
  await close(again);
});

test('a Bastion that refuses: the session fails at its step, with the Bastion’s words', async () => {
  const id = await connect({ vmId: vmId('dev-01') });
  expect(session(id).state).toMatchObject({ kind: 'failed', error: { code: 'bastion-native-client-off' } });
  expect(session(id).steps.find((step) => step.state === 'failed')?.name).toBe('token');
  await close(id);
});

test('disconnecting while it connects leaves nothing', async () => {
  emulator.setFaults({ delayTokens: { ms: 1_000 } });
  const opened = await app.services.sessions.connectSsh({
    vmId: vmId('web-01'),
    user: 'ada',
    method: 'password',
  });
  if (!opened.ok) throw new Error(opened.error.message);
  await app.until('token', (state) => state.sessions[opened.value.id]?.steps[2]?.state === 'running');
  await app.services.sessions.disconnect(opened.value.id);
  expect(session(opened.value.id).state.kind).toBe('closed');
  emulator.clearFaults();
  await app.services.sessions.close(opened.value.id);
  await expect.poll(() => emulator.sessions().length, { timeout: 5_000 }).toBe(0);
});

test('an unknown key path is refused: the page cannot make the app read a file', async () => {
  const request = { vmId: vmId('web-01'), user: 'ada', method: 'key', keyPath: '/etc/shadow' } as const;
  expect(await app.services.sessions.connectSsh(request)).toMatchObject({
    ok: false,
    error: { code: 'ssh-key-unreadable' },
  });
});

test('a machine that was made anew is a new host with an explanation, not an alarm', async () => {
  const first = await connect();
  await close(first);
  const resource = vmId('web-01');
  emulator.updateResource(resource, { vmId: '99999999-0000-4000-8000-000000000001' });
  await emulator.targets.sshd('linux-web-01').rotateHostKey();
  await app.services.details.load(resource, true);
  app.prompts.length = 0;
  const again = await connect();
  expect(session(again).state.kind).toBe('open');
  expect(app.prompts[0]).toMatchObject({ kind: 'host-key-unknown' });
  expect(JSON.stringify(app.prompts[0])).toContain('made anew since its key was pinned');
  await close(again);
});

test('disconnecting does not wait for a slow Azure', async () => {
  emulator.setFaults({ delayArm: { ms: 60_000 } });
  const opened = await app.services.sessions.connectSsh({
    vmId: vmId('jump-01'),
    user: 'ada',
    method: 'agent',
    port: 22,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  await app.services.sessions.disconnect(opened.value.id);
  expect(session(opened.value.id).state.kind).toBe('closed');
  emulator.clearFaults();
  await app.services.sessions.close(opened.value.id);
});

/** Offers files, starts the upload and waits for its end. */
async function upload(id: string, paths: string[], directory = ''): Promise<Transfer> {
  const offered = app.services.transfers.offer(id, paths);
  if (!offered.ok) throw new Error(offered.error.message);
  const transferId = offered.value.id;
  const state = () => app.state.current.transfers[transferId] as Transfer;
  await app.until('offered', (now) => now.transfers[transferId]?.state.kind !== 'scanning');
  if (state().state.kind === 'offered') app.services.transfers.start(transferId, directory);
  await app.until('the end', (now) =>
    ['done', 'failed', 'cancelled'].includes(now.transfers[transferId]?.state.kind ?? ''),
  );
  return state();
}

test('uploads a tree with odd names, verified on the machine; an existing file is replaced whole', async () => {
  const id = await connect();
  const home = emulator.targets.sshd('linux-web-01').homes['ada'] as string;
  const tree = join(folder, 'a tree');
  await mkdir(join(tree, 'deep/empty'), { recursive: true });
  const big = Buffer.alloc(3_000_000, 'x');
  await writeFile(join(tree, 'big.bin'), big);
  await writeFile(join(tree, 'deep', "odd 'name\n\\ ü.txt"), 'odd');
  await writeFile(join(tree, 'deep', 'nothing'), '');
  await writeFile(join(tree, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await symlink('run.sh', join(tree, 'link'));
  const done = await upload(id, [tree]);
  expect(done).toMatchObject({
    state: { kind: 'done', verified: 'sha-256' },
    fileCount: 5,
    doneCount: 5,
    doneBytes: done.totalBytes,
  });
  const files = app.services.transfers.files(done.id, 0, 10);
  expect(files.ok && files.value[0]).toEqual({
    path: 'a tree/big.bin',
    sizeBytes: big.length,
    sha256: createHash('sha256').update(big).digest('hex'),
    state: 'verified',
  });
  expect((await readdir(join(home, 'a tree'), { recursive: true })).toSorted()).toEqual(
    (await readdir(tree, { recursive: true })).toSorted(),
  );
  expect((await stat(join(home, 'a tree/run.sh'))).mode & 0o777).toBe(0o755);
  await chmod(join(home, 'a tree/big.bin'), 0o600);
  await writeFile(join(tree, 'big.bin'), 'small now');
  expect(await upload(id, [join(tree, 'big.bin')], 'a tree')).toMatchObject({ state: { kind: 'done' } });
  expect(await readFile(join(home, 'a tree/big.bin'), 'utf8')).toBe('small now');
  expect((await stat(join(home, 'a tree/big.bin'))).mode & 0o777).toBe(0o600);
  await close(id);
});

test.each([
  ['a directory that is not there', '/nowhere/at/all', 'remote-path-missing'],
  ['a directory of root', '/etc', 'remote-denied'],
])('upload to %s', async (_name, directory, code) => {
  const id = await connect();
  const file = join(folder, 'file.txt');
  await writeFile(file, 'text');
  expect((await upload(id, [file], directory)).state).toMatchObject({ kind: 'failed', error: { code } });
  await close(id);
});

test('a file that is gone is told before anything is sent', async () => {
  const id = await connect();
  expect((await upload(id, [join(folder, 'gone')])).state).toMatchObject({
    kind: 'failed',
    error: { code: 'local-file-unreadable' },
  });
  await close(id);
});

test('a cancelled upload leaves no part behind, and the terminal lives on', async () => {
  const id = await connect();
  const home = emulator.targets.sshd('linux-web-01').homes['ada'] as string;
  const file = join(folder, 'large.bin');
  await writeFile(file, Buffer.alloc(200_000_000));
  const offered = app.services.transfers.offer(id, [file]);
  if (!offered.ok) throw new Error(offered.error.message);
  await app.until('offered', (state) => state.transfers[offered.value.id]?.state.kind === 'offered');
  app.services.transfers.start(offered.value.id, '');
  await app.until('bytes', (state) => (state.transfers[offered.value.id]?.doneBytes ?? 0) > 0);
  await app.services.transfers.cancel(offered.value.id);
  expect(app.state.current.transfers[offered.value.id]?.state.kind).toBe('cancelled');
  expect((await readdir(home)).filter((name) => /^large|sallyport/.test(name))).toEqual([]);
  const terminal = attach(id);
  terminal.type('echo "still $((1+1))"');
  await expect.poll(terminal.text, { timeout: 10_000 }).toContain('still 2');
  await close(id);
});
