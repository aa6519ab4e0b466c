import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { ok } from '../../shared/result.ts';
import type { Session } from '../../shared/session.ts';
import { StateStore } from '../state/state-store.ts';
import { SftpClient } from './sftp-client.ts';
import type { SftpConnection } from './sftp-connection.ts';
import { Transfers } from './transfers.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
let server: ChildProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-transfers-'));
  await mkdir(join(folder, 'remote'));
  await writeFile(join(folder, 'file.txt'), 'text');
});
afterEach(async () => {
  server.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Uploads one file to OpenSSH's own server on a machine that cannot hash; `change` stands between. */
async function upload(change: (connection: SftpConnection) => SftpConnection = (connection) => connection) {
  const state = new StateStore(
    initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
    setImmediate,
  );
  state.upsert('sessions', 's', { id: 's', kind: 'ssh' } as Session);
  const transfers = new Transfers({
    state,
    log,
    connect: async () => {
      const child = spawn('/usr/lib/openssh/sftp-server', [], { stdio: ['pipe', 'pipe', 'ignore'] });
      server = child;
      const sftp = await SftpClient.open(child.stdout, child.stdin);
      return ok(
        change({
          sftp,
          hashFiles: () => Promise.resolve({ kind: 'unavailable' }),
          dispose: () => Promise.resolve(),
        }),
      );
    },
  });
  const offered = transfers.offer('s', [join(folder, 'file.txt')]);
  if (!offered.ok) throw new Error(offered.error.message);
  const kind = () => state.current.transfers[offered.value.id]?.state.kind;
  await expect.poll(kind).toBe('offered');
  transfers.start(offered.value.id, join(folder, 'remote'));
  await expect.poll(kind).toMatch(/done|failed/);
  return state.current.transfers[offered.value.id]?.state;
}

test('where hashes cannot be had the sizes are compared, and nothing more is claimed', async () => {
  expect(await upload()).toMatchObject({ kind: 'done', verified: 'sizes-only' });
  expect(await readFile(join(folder, 'remote/file.txt'), 'utf8')).toBe('text');
});

test('another size on the machine fails', async () => {
  const state = await upload((connection) => {
    const stat = connection.sftp.stat.bind(connection.sftp);
    connection.sftp.stat = async (path) => {
      const found = await stat(path);
      return found === null || found.isDirectory ? found : { ...found, sizeBytes: 3 };
    };
    return connection;
  });
  expect(state).toMatchObject({
    kind: 'failed',
    error: { code: 'hash-mismatch', detail: 'file.txt: another size' },
  });
});

test('a bug inside an upload ends it as failed, so that it can be dismissed', async () => {
  const state = await upload((connection) => ({
    ...connection,
    hashFiles: () => Promise.reject(new Error('a bug')),
  }));
  expect(state).toMatchObject({ kind: 'failed', error: { code: 'unexpected' } });
});
