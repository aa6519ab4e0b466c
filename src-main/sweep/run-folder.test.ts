import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FifoAskpass } from '../ssh/askpass-fifo.ts';
import { startOf } from './process-identity.ts';
import { RunFolder, sweepRuns } from './run-folder.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sallyport-run-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const startSleeper = async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return { child, pid: child.pid as number, start: (await startOf(child.pid as number, 'linux')) as string };
};

async function leaveRun(name: string, owner: object, children: object[]) {
  await mkdir(join(root, name));
  await writeFile(join(root, name, 'processes.json'), JSON.stringify({ owner, children }));
  await writeFile(join(root, name, 'ssh.log'), 'left over');
}

test('the folder of a living run stays', async () => {
  const folder = await RunFolder.create(root, 'linux', log);
  expect(await sweepRuns(root, 'linux', log)).toBe(0);
  await access(folder.path);
  await folder.dispose();
  expect(await readdir(root)).toEqual([]);
});

test('a killed run: its program ends, its folder goes', async () => {
  const { child, pid, start } = await startSleeper();
  await leaveRun('dead', { pid, start: 'another start' }, [{ pid, start }]);
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  expect(await sweepRuns(root, 'linux', log)).toBe(1);
  const [, signal] = await exit;
  expect(signal).toBe('SIGTERM');
  expect(await readdir(root)).toEqual([]);
});

test('a program that only has the same pid is not touched', async () => {
  const { child, pid } = await startSleeper();
  await leaveRun('dead', { pid, start: '1' }, [{ pid, start: '2' }]);
  await sweepRuns(root, 'linux', log);
  expect(await startOf(pid, 'linux')).not.toBeNull();
  child.kill('SIGKILL');
});

test('a folder without a readable record is removed', async () => {
  await mkdir(join(root, 'odd'));
  await writeFile(join(root, 'odd', 'processes.json'), '{"own');
  expect(await sweepRuns(root, 'linux', log)).toBe(1);
  expect(await readdir(root)).toEqual([]);
});

test('nothing to sweep on the first start', async () => {
  expect(await sweepRuns(join(root, 'none'), 'linux', log)).toBe(0);
});

/** A helper of ssh that has asked and waits for the answer, in a folder of its own. */
async function startWaitingHelper(session: string) {
  await mkdir(session, { recursive: true });
  const askpass = await FifoAskpass.open(session, {
    answer: () => new Promise(() => undefined),
    onAuthenticated: () => undefined,
    log,
  });
  const helper = spawn(join(session, 'askpass.sh'), ['Password: '], {
    env: { ...process.env, ...askpass.env },
    stdio: 'ignore',
  });
  const exit = once(helper, 'exit') as Promise<[number | null]>;
  await expect
    .poll(() => readFile(`/proc/${helper.pid}/wchan`, 'utf8'), { timeout: 5_000 })
    .toBe('wait_for_partner');
  return { askpass, exit };
}

test('a helper that waits for an answer ends with the session', async () => {
  const { askpass, exit } = await startWaitingHelper(join(root, 'terminal-1'));
  await askpass.dispose();
  expect((await exit)[0]).toBe(1);
});

test('a helper that waits for an answer of a killed run ends with the sweep', async () => {
  const run = join(root, 'dead');
  const { exit } = await startWaitingHelper(join(run, 'files-1'));
  const record = { owner: { pid: process.pid, start: 'another start' }, children: [], folders: [] };
  await writeFile(join(run, 'processes.json'), JSON.stringify(record));
  expect(await sweepRuns(root, 'linux', log)).toBe(1);
  expect((await exit)[0]).toBe(1);
});

test('a folder for sockets is private, and goes with its run or with the sweep', async () => {
  const living = await RunFolder.create(root, 'linux', log);
  const first = await living.makeSocketFolder();
  expect((await stat(first)).mode & 0o777).toBe(0o700);
  // A socket's path may have 104 bytes on macOS, and `ssh` adds 17 while it makes one.
  expect(Buffer.byteLength(join(first, 'ctl'))).toBeLessThan(104 - 17);
  await living.dispose();
  await expect(access(first)).rejects.toThrow('ENOENT');

  const killed = await RunFolder.create(root, 'linux', log);
  const left = await killed.makeSocketFolder();
  const recordFile = join(killed.path, 'processes.json');
  const record = JSON.parse(await readFile(recordFile, 'utf8')) as { owner: object; folders: string[] };
  // Only what this program makes is ever removed, whatever a record says.
  const foreign = await mkdtemp(join(tmpdir(), 'sallyport-foreign-'));
  record.folders.push(foreign);
  await writeFile(
    recordFile,
    JSON.stringify({ ...record, owner: { pid: process.pid, start: 'another start' } }),
  );
  await sweepRuns(root, 'linux', log);
  await expect(access(left)).rejects.toThrow('ENOENT');
  await access(foreign);
  await rm(foreign, { recursive: true });
});
