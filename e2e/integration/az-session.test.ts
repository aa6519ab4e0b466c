import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Emulator } from '../../emulator/index.ts';
import { demo, startDemo } from '../../emulator/testing/estate.ts';
import { cloudSchema } from '../../src-main/azure/cloud.ts';
import { AzSource } from '../../src-main/azure/accounts/az-source.ts';
import { type AzSession, installAz } from '../support/az-session.ts';

let folder: string;
let emulator: Emulator;
let az: AzSession;
let isInUse: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-az-'));
  emulator = await startDemo();
  az = await installAz(folder, emulator);
  isInUse = true;
});
afterEach(async () => {
  await emulator.dispose();
  await rm(folder, { recursive: true });
});

const open = (change: object = {}) =>
  new AzSource({
    cloud: cloudSchema.parse(emulator.cloud),
    cloudKey: 'public',
    isInUse: () => isInUse,
    setInUse: (value) => {
      isInUse = value;
      return Promise.resolve();
    },
    platform: process.platform,
    env: { ...process.env, PATH: `${az.bin}:${process.env['PATH'] ?? ''}` },
    ...change,
  });
const cached = { claims: null, isForced: false };

async function onlyAccount(source: AzSource) {
  const listed = await source.list();
  if (!listed.ok) throw new Error(listed.error.code);
  return listed.value[0] ?? expect.fail('nobody is signed in');
}

test('whoever the CLI is signed in as is the account, with tokens of each directory', async () => {
  await az.login(demo.ada, demo.contoso);
  const source = open();
  const account = await onlyAccount(source);
  expect(account).toEqual({
    id: `az.${demo.ada}`,
    username: demo.ada,
    name: demo.ada,
    homeTenantId: demo.contoso,
  });
  const first = await source.token(account, demo.fabrikam, cached);
  const again = await source.token(account, demo.fabrikam, cached);
  expect([first, again]).toMatchObject([
    { ok: true, isFresh: true },
    { ok: true, isFresh: false },
  ]);
  expect(emulator.stats().signInTokens).toBe(2); // az login, and one token: the second came from memory
});

test('a token is asked for again five minutes before it expires', async () => {
  await az.login(demo.ada, demo.contoso);
  let nowMs = Date.now();
  const source = open({ nowMs: () => nowMs });
  const account = await onlyAccount(source);
  await source.token(account, demo.contoso, cached);
  nowMs += 56 * 60_000;
  expect(await source.token(account, demo.contoso, cached)).toMatchObject({ ok: true, isFresh: true });
});

test('no CLI, nobody signed in, and another cloud are told apart', async () => {
  expect(await open({ env: { PATH: folder } }).list()).toMatchObject({ error: { code: 'az-not-found' } });
  expect(await open().list()).toMatchObject({ error: { code: 'az-not-signed-in' } });
  await az.login(demo.ada, demo.contoso);
  await az.setCloud('AzureChinaCloud');
  expect(await open().list()).toMatchObject({
    error: { code: 'az-other-cloud', detail: 'The CLI: AzureChinaCloud. Here: AzureCloud.' },
  });
});

test('what the CLI’s session is not enough for names the command that mends it', async () => {
  await az.login(demo.ada, demo.contoso);
  const source = open();
  const account = await onlyAccount(source);
  emulator.updateEstate((estate) => {
    for (const tenant of estate.tenants) tenant.requireMfa = tenant.id === demo.fabrikam;
  });
  const login = `az login --tenant ${demo.fabrikam} --scope ${emulator.cloud.arm.scope}`;
  const refused = await source.token(account, demo.fabrikam, cached);
  expect(refused).toMatchObject({ ok: false, error: { code: 'az-sign-in-needed' } });
  expect(refused.ok ? '' : refused.error.detail?.split('\n')[0]).toBe(login);
  expect(await source.token(account, demo.fabrikam, { claims: '{}', isForced: false })).toMatchObject({
    error: { code: 'az-sign-in-needed', detail: login },
  });
});

test('signing out leaves the CLI’s session alone, and is remembered', async () => {
  await az.login(demo.ada, demo.contoso);
  await onlyAccount(open());
  await open().forget();
  expect(await open().list()).toEqual({ ok: true, value: [] });
  expect(
    await open().signIn({ method: 'browser', account: null, tenantId: null, claims: null }, () => {}),
  ).toMatchObject({
    ok: true,
    value: { username: demo.ada },
  });
  expect(await open().list()).toMatchObject({ value: [{ username: demo.ada }] });
});

test('asking the CLI can be cancelled', async () => {
  const source = open();
  const asked = source.signIn({ method: 'browser', account: null, tenantId: null, claims: null }, () => {});
  source.cancel();
  expect(await asked).toMatchObject({ ok: false, error: { code: 'sign-in-cancelled' } });
});
