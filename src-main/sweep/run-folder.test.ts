import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
