import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtInClouds, type Cloud, cloudSchema, findUnsafePairing, publicCloud } from './cloud.ts';
import { loadCloud } from './load-cloud.ts';

const custom: Cloud = cloudSchema.parse({
  name: 'Stack',
  authority: 'https://login.stack.example',
  knownAuthorities: ['login.stack.example'],
  arm: { endpoint: 'https://management.stack.example', scope: 'https://management.stack.example/.default' },
  sshCertScope: 'https://pas.stack.example/.default',
  dataPlane: { port: 8443, hosts: { 'bst-1.stack.example': '10.0.0.9' } },
});

test('the built-in clouds and a foreign cloud are safe', () => {
  expect([...builtInClouds, custom].map(findUnsafePairing)).toEqual([null, null, null, null]);
});

test.each<[string, Partial<Cloud>]>([
  ['Microsoft authority, foreign ARM', { authority: 'https://login.microsoftonline.com' }],
  ['Microsoft authority among the known ones', { knownAuthorities: ['login.microsoftonline.com:443'] }],
  ['Microsoft ARM scope', { arm: { ...custom.arm, scope: 'https://management.core.windows.net//.default' } }],
  ['Microsoft scope without a URL form', { arm: { ...custom.arm, scope: 'management.azure.com' } }],
  ['Microsoft ssh scope', { sshCertScope: 'https://pas.windows.net/CheckMyAccess/Linux/.default' }],
  ['upper case and trailing dot', { authority: 'https://LOGIN.MICROSOFTONLINE.COM./' }],
  [
    'ARM of another cloud',
    { ...publicCloud, arm: { ...publicCloud.arm, endpoint: 'https://management.chinacloudapi.cn' } },
  ],
  [
    'redirected data plane',
    { ...publicCloud, dataPlane: { port: 443, hosts: { 'bst-1.bastion.azure.com': '10.0.0.9' } } },
  ],
])('refuses: %s', (_name, change) => {
  expect(findUnsafePairing({ ...custom, ...change })).not.toBeNull();
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-cloud-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(json: unknown) {
  const path = join(folder, 'cloud.json');
  await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
  return loadCloud(path);
}

test('loads a document and the CA file beside it', async () => {
  await writeFile(join(folder, 'ca.pem'), 'PEM');
  expect(await load({ ...custom, caFile: 'ca.pem' })).toMatchObject({ ok: true, value: { ca: ['PEM'] } });
});

test.each([
  ['{', 'cloud-document-invalid'],
  [{ ...custom, authority: 'http://login.stack.example' }, 'cloud-document-invalid'],
  [{ ...custom, surprise: 1 }, 'cloud-document-invalid'],
  [{ ...custom, caFile: 'none.pem' }, 'cloud-document-unreadable'],
  [{ ...custom, authority: 'https://login.microsoftonline.com' }, 'cloud-document-unsafe'],
])('refuses %j with %s', async (json, code) => {
  expect(await load(json)).toMatchObject({ ok: false, error: { code } });
});
