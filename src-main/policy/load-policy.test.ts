import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseCloud } from '../azure/choose-cloud.ts';
import { findPolicy, loadPolicy } from './load-policy.ts';
import { policyPath } from './policy.ts';

const me = process.getuid?.() ?? 0;
let folder: string;
let path: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'sallyport-policy-')), 'sallyport');
  await mkdir(folder, { mode: 0o755 });
  path = join(folder, 'policy.json');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

async function put(json: unknown, mode = 0o644): Promise<void> {
  await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
  await chmod(path, mode);
}
const load = (ownerId = me) => loadPolicy({ path, platform: 'linux', ownerId });

test('without a file nothing is fixed', async () => {
  expect(await load()).toEqual({ ok: true, value: { policy: {}, ignored: null } });
});

test('a policy of the administrator is taken', async () => {
  const policy = {
    cloud: 'china',
    registration: { kind: 'own', clientId: '7d0f4a36-93b2-4a55-8c1e-6a4d2f9b0c77', tenant: null },
    allowUnencryptedTokens: false,
  };
  await put(policy);
  expect(await load()).toEqual({ ok: true, value: { policy, ignored: null } });
});

test.each([
  ['a file that its group may write', async () => put({ cloud: 'china' }, 0o664)],
  ['a file that everybody may write', async () => put({ cloud: 'china' }, 0o646)],
  [
    'a folder that everybody may write',
    async () => {
      await put({ cloud: 'china' });
      await chmod(folder, 0o777);
    },
  ],
  ['something that is no file', async () => mkdir(path)],
])('%s is ignored, and says why', async (_name, prepare) => {
  await prepare();
  expect(await load()).toMatchObject({
    ok: true,
    value: { policy: {}, ignored: expect.stringContaining(path) },
  });
});

test('a file of another user is ignored', async () => {
  await put({ cloud: 'china' });
  expect(await load(me + 1)).toMatchObject({ ok: true, value: { policy: {} } });
});

test.each(['{', { cloud: 'mars' }, { cluod: 'china' }, { cloudFile: 'relative.json' }])(
  'a policy that is written wrongly is an error, not a computer without a policy: %j',
  async (json) => {
    await put(json);
    expect(await load()).toMatchObject({ ok: false, error: { code: 'policy-invalid' } });
  },
);

test('the place can only be changed to an absolute path', async () => {
  expect(await findPolicy({ wantedPath: 'policy.json', platform: 'linux', env: {} })).toMatchObject({
    ok: false,
  });
});

test('each system has a place that only administrators can write to', () => {
  expect([
    policyPath('linux', {}),
    policyPath('darwin', {}),
    policyPath('win32', { ProgramData: 'D:\\ProgramData' }),
  ]).toEqual([
    '/etc/sallyport/policy.json',
    '/Library/Application Support/Sallyport/policy.json',
    'D:\\ProgramData\\Sallyport\\policy.json',
  ]);
});

test('of the clouds, the administrator’s comes first, then the command line’s, then the user’s', async () => {
  const document = join(folder, 'cloud.json');
  await writeFile(
    document,
    JSON.stringify({
      name: 'Stack',
      authority: 'https://login.stack.example',
      arm: {
        endpoint: 'https://management.stack.example',
        scope: 'https://management.stack.example/.default',
      },
      sshCertScope: 'https://pas.stack.example/.default',
    }),
  );
  const chosen = async (policy: object, flag: string | null) => {
    const cloud = await chooseCloud({ flag, policy, setting: 'us-government' });
    return cloud.ok
      ? [cloud.value.loaded.cloud.name, cloud.value.from, cloud.value.ignoredFlag]
      : cloud.error.code;
  };
  expect([
    await chosen({}, null),
    await chosen({}, document),
    await chosen({ cloud: 'china' }, document),
    await chosen({ cloudFile: document }, null),
    await chosen({ cloudFile: join(folder, 'none.json') }, null),
  ]).toEqual([
    ['Azure US Government', 'user', null],
    ['Stack', 'command-line', null],
    ['Azure China', 'policy', document],
    ['Stack', 'policy', null],
    'cloud-document-unreadable',
  ]);
});
