import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Emulator } from '../../emulator/index.ts';
import { demo, startDemo } from '../../emulator/testing/estate.ts';
import { startServices, type TestServices } from '../support/services.ts';
import { walkSignIn } from '../support/walk-sign-in.ts';

let emulator: Emulator;
let app: TestServices;
/** Who picks the account in the browser. */
let person: string = demo.ada;
const opened: string[] = [];

beforeEach(async () => {
  person = demo.ada;
  opened.length = 0;
  emulator = await startDemo();
  app = await startServices({
    emulator,
    openBrowser: async (url) => {
      opened.push(url);
      await walkSignIn(url, person);
    },
  });
});
afterEach(async () => {
  await app.dispose();
  await emulator.dispose();
});

async function signIn(upn: string): Promise<void> {
  person = upn;
  expect(await app.services.accounts.signIn('browser')).toMatchObject({ ok: true });
  await app.until('the list', (state) => state.inventory.state === 'ready');
}

const accountOf = (upn: string) =>
  Object.values(app.state.current.accounts).find((account) => account.username === upn) ??
  expect.fail(`${upn} is not signed in`);

const claimOf = (token: string, name: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>)[
    name
  ];

async function tokenClaims(tenantId: string): Promise<unknown> {
  const token = await app.services.accounts.token(tenantId);
  return token.ok ? [claimOf(token.value, 'upn'), claimOf(token.value, 'tid')] : token.error.code;
}

const requireMfa = (tenantId: string) =>
  emulator.updateEstate((estate) => {
    for (const tenant of estate.tenants) if (tenant.id === tenantId) tenant.requireMfa = true;
  });

test('a guest’s directory is served by the guest until somebody at home there signs in; then by choice', async () => {
  await signIn(demo.ada);
  expect(await tokenClaims(demo.fabrikam)).toEqual([demo.ada, demo.fabrikam]);
  await signIn(demo.grace);
  expect([await tokenClaims(demo.contoso), await tokenClaims(demo.fabrikam)]).toEqual([
    [demo.ada, demo.contoso],
    [demo.grace, demo.fabrikam],
  ]);
  await app.services.identity.chooseForTenant(demo.fabrikam, accountOf(demo.ada).id);
  expect(await tokenClaims(demo.fabrikam)).toEqual([demo.ada, demo.fabrikam]);
  expect(app.state.current.settings.identity.serving).toEqual({ [demo.fabrikam]: accountOf(demo.ada).id });
});

test('signing one account out leaves the other and its machines', async () => {
  await signIn(demo.ada);
  await signIn(demo.grace);
  await app.services.accounts.signOut(accountOf(demo.ada).id);
  await app.until('Contoso to go', (state) =>
    state.inventory.tenants.every((each) => each.id === demo.fabrikam),
  );
  await app.until('its machines to go', (state) =>
    Object.values(state.vms).every((vm) => vm.tenantId === demo.fabrikam),
  );
  expect(Object.values(app.state.current.accounts).map((each) => each.username)).toEqual([demo.grace]);
  expect(await tokenClaims(demo.contoso)).toBe('sign-in-needed');
  expect(app.state.current.account).toMatchObject({ kind: 'signed-in', username: demo.grace });
});

test('a directory that wants a second factor says so, opens no browser, and is mended by one sign-in', async () => {
  requireMfa(demo.fabrikam);
  await signIn(demo.ada);
  const browsers = opened.length;
  expect(accountOf(demo.ada)).toMatchObject({
    state: 'attention',
    error: null,
    troubles: [{ id: demo.fabrikam, error: { code: 'sign-in-mfa-needed' } }],
  });
  expect(await tokenClaims(demo.contoso)).toEqual([demo.ada, demo.contoso]);
  expect(await tokenClaims(demo.fabrikam)).toBe('sign-in-mfa-needed');
  expect(opened).toHaveLength(browsers);

  expect(await app.services.accounts.repair(accountOf(demo.ada).id, demo.fabrikam)).toMatchObject({
    ok: true,
  });
  const query = new URL(opened.at(-1) ?? '').searchParams;
  expect(new URL(opened.at(-1) ?? '').pathname).toContain(demo.fabrikam);
  expect([query.get('login_hint'), query.get('prompt')]).toEqual([demo.ada, null]);
  expect(query.get('claims')).toContain('capolids');
  expect(await tokenClaims(demo.fabrikam)).toEqual([demo.ada, demo.fabrikam]);
  expect(accountOf(demo.ada)).toMatchObject({ state: 'ready', troubles: [] });
});

test('a revoked sign-in is an account that needs attention; signing in again mends it', async () => {
  await signIn(demo.ada);
  emulator.revokeRefreshTokens();
  const { accounts } = app.services;
  expect(await accounts.token(demo.contoso, undefined, true)).toMatchObject({
    ok: false,
    error: { code: 'sign-in-expired' },
  });
  expect(accountOf(demo.ada)).toMatchObject({ state: 'attention', error: { code: 'sign-in-expired' } });
  expect(app.state.current.account.kind).toBe('signed-in');
  await accounts.repair(accountOf(demo.ada).id, null);
  expect(accountOf(demo.ada)).toMatchObject({ state: 'ready', error: null });
});

test('whoever signs in instead of the account that needed it is told apart, and stays as an account', async () => {
  await signIn(demo.ada);
  person = demo.grace;
  const repaired = await app.services.accounts.repair(accountOf(demo.ada).id, null);
  expect(repaired).toMatchObject({ ok: false, error: { code: 'sign-in-other-account' } });
  expect(Object.keys(app.state.current.accounts)).toHaveLength(2);
});

test('a claims challenge of Azure is answered in silence; where it cannot be, it is explained', async () => {
  await signIn(demo.ada);
  const browsers = opened.length;
  emulator.setFaults({ claimsChallenge: { times: 1 } });
  await app.services.inventory.refresh();
  expect(app.state.current.inventory).toMatchObject({ state: 'ready', error: null });
  expect(opened).toHaveLength(browsers);

  emulator.revokeRefreshTokens();
  emulator.setFaults({ claimsChallenge: { times: 1 } });
  await app.services.inventory.refresh();
  expect(accountOf(demo.ada)).toMatchObject({
    state: 'attention',
    troubles: [{ error: { code: 'sign-in-challenge' } }],
  });
  expect(opened).toHaveLength(browsers);
});

test('two accounts with the same home each list their own directories', async () => {
  emulator.updateEstate((estate) => {
    estate.users.push({ upn: 'alan@contoso.example', name: 'Alan', home: demo.contoso, guestOf: [] });
  });
  await signIn('alan@contoso.example');
  expect(app.state.current.inventory.tenants.map((each) => each.id)).toEqual([demo.contoso]);
  await signIn(demo.ada);
  await app.until('Fabrikam', (state) => state.inventory.tenants.some((each) => each.id === demo.fabrikam));
  expect([await tokenClaims(demo.contoso), await tokenClaims(demo.fabrikam)]).toEqual([
    ['alan@contoso.example', demo.contoso],
    [demo.ada, demo.fabrikam],
  ]);
});

test('tokens that have expired are renewed in silence', async () => {
  emulator.updateEstate({ switches: { accessTokenSeconds: 1 } });
  await signIn(demo.ada);
  const [browsers, before] = [opened.length, emulator.stats().signInTokens];
  expect(await tokenClaims(demo.contoso)).toEqual([demo.ada, demo.contoso]);
  expect(emulator.stats().signInTokens).toBe(before + 1);
  expect([opened.length, accountOf(demo.ada).state]).toEqual([browsers, 'ready']);
});

test.each([
  [50_079, 'sign-in-mfa-needed'],
  [53_000, 'sign-in-device-needed'],
  [53_003, 'sign-in-policy-blocked'],
  [65_001, 'sign-in-consent-needed'],
  [90_094, 'sign-in-admin-consent-needed'],
  [700_016, 'sign-in-app-unknown'],
  [7_000_112, 'sign-in-app-blocked'],
  [50_020, 'sign-in-not-a-member'],
  [50_057, 'sign-in-account-blocked'],
  [700_082, 'sign-in-expired'],
])('AADSTS%i is %s at the account, and opens no browser', async (number, code) => {
  await signIn(demo.ada);
  const browsers = opened.length;
  emulator.setFaults({ failSignIn: { times: 1, error: 'invalid_grant', code: number, text: 'No.' } });
  expect(await app.services.accounts.token(demo.fabrikam, undefined, true)).toMatchObject({
    ok: false,
    error: { code, detail: expect.stringContaining(`AADSTS${number}`) },
  });
  const { state, error, troubles } = accountOf(demo.ada);
  expect([state, error?.code ?? troubles[0]?.error.code]).toEqual(['attention', code]);
  expect(opened).toHaveLength(browsers);
  expect(await app.services.accounts.token(demo.fabrikam, undefined, true)).toMatchObject({ ok: true });
  expect(accountOf(demo.ada).state).toBe('ready');
});

test('an outage says nothing about an account', async () => {
  await signIn(demo.ada);
  emulator.setFaults({ failSignIn: { times: 5, status: 503, error: 'temporarily_unavailable' } });
  expect(await app.services.accounts.token(demo.fabrikam, undefined, true)).toMatchObject({
    error: { code: 'authority-busy' },
  });
  expect(accountOf(demo.ada).state).toBe('ready');
});

test('cancelling the sign-in of another account changes nothing, and no browser opens after it', async () => {
  await signIn(demo.ada);
  const { accounts } = app.services;
  const before = app.state.current.accounts;
  const browsers = opened.length;
  const adding = accounts.signIn('browser');
  await app.until('the sign-in to run', (state) => state.signInFlow.kind === 'browser');
  accounts.cancel();
  expect(await adding).toMatchObject({ ok: false, error: { code: 'sign-in-cancelled' } });
  expect(app.state.current).toMatchObject({
    signInFlow: { kind: 'none', error: null },
    account: { kind: 'signed-in' },
    accounts: before,
  });
  expect(opened).toHaveLength(browsers);
  await signIn(demo.grace);
  expect(Object.keys(app.state.current.accounts)).toHaveLength(2);
});
