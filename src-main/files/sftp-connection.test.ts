import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ok } from '../../shared/result.ts';
import { LogTail } from '../ssh/log-tail.ts';
import type { SshLauncher, SshPlan } from '../ssh/ssh-launcher.ts';
import { RunFolder } from '../sweep/run-folder.ts';
import { openSftp } from './sftp-connection.ts';

let folder: string;
let disposals: number;
let onCancelled: () => void;
let runFolder: RunFolder;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-sftp-'));
  disposals = 0;
  runFolder = await RunFolder.create(await mkdtemp(join(tmpdir(), 'sallyport-run-')), 'linux', log);
});
afterEach(async () => {
  await rm(dirname(runFolder.path), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

const plan: SshPlan = {
  machine: { resourceId: '/vm', vmId: 'a', port: 22 },
  vmName: 'vm',
  destination: { kind: 'resource', resourceId: '/vm' },
  bastion: { id: '/bastion', endpoint: 'bastion.example', kind: 'dedicated', tenantId: 't' },
  user: 'ada',
  method: 'password',
  keyPath: null,
  secrets: { password: null, passphrase: null },
};

/** A launcher whose `ssh` is a shell script: it notes its arguments, then does `body`. */
async function launcher(body: string, abort?: AbortController): Promise<Pick<SshLauncher, 'prepare'>> {
  const program = join(folder, 'ssh');
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/arguments\n${body}\n`);
  await chmod(program, 0o700);
  return {
    prepare: async (_purpose, _id, { vmName, user, method, keyPath }, handlers) => {
      onCancelled = () => handlers.onCancelled('secret');
      abort?.abort();
      const logPath = join(folder, 'log');
      const log = new LogTail(logPath, null);
      const target = {
        vmName,
        user,
        method,
        keyPath,
        address: '127.0.0.1',
        port: 1,
        hostKeyAlias: 'a',
        knownHostsPath: join(folder, 'known_hosts'),
        localCommand: null,
        logPath,
      };
      const dispose = async () => {
        disposals++;
        await log.finish();
      };
      return ok({ program, target, env: { PATH: process.env['PATH'] ?? '' }, folder, log, dispose });
    },
  };
}

const run = (with_: Pick<SshLauncher, 'prepare'>, signal = new AbortController().signal) =>
  openSftp({ launcher: with_, runFolder, platform: 'linux' }, 'transfer-1', plan, signal);

async function argumentsOf(): Promise<string> {
  await expect.poll(() => readdir(folder), { timeout: 5_000 }).toContain('arguments');
  return readFile(join(folder, 'arguments'), 'utf8');
}

test('the control socket lies in a folder of our own, which goes with the connection', async () => {
  const opened = await run(await launcher('exec /usr/lib/openssh/sftp-server'));
  if (!opened.ok) throw new Error(opened.error.message);
  const path = /^ControlPath="(.+)"$/m.exec(await argumentsOf())?.[1] ?? '';
  const control = dirname(path);
  expect(control).not.toBe(tmpdir());
  expect((await stat(control)).mode & 0o777).toBe(0o700);
  expect(path.length).toBeLessThan(90);
  await opened.value.dispose();
  await expect(stat(control)).rejects.toThrow('ENOENT');
  expect(disposals).toBe(1);
});

test('a refused question ends ssh at once', async () => {
  const opening = run(await launcher('exec sleep 60'));
  await argumentsOf();
  const startedAtMs = performance.now();
  onCancelled();
  expect(await opening).toMatchObject({ ok: false, error: { code: 'transfer-cancelled' } });
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(disposals).toBe(1);
});

test('cancelled while it was prepared: ssh does not even start', async () => {
  const abort = new AbortController();
  const opened = await run(await launcher('exec sleep 60', abort), abort.signal);
  expect(opened).toMatchObject({ ok: false, error: { code: 'transfer-cancelled' } });
  expect(await readdir(folder)).toEqual(['ssh']);
  expect(disposals).toBe(1);
});

test.each(['exit 255', 'echo Welcome; cat >/dev/null'])('a failure (%s) disposes as well', async (body) => {
  expect(await run(await launcher(body))).toMatchObject({ ok: false });
  expect(disposals).toBe(1);
});
