import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Emulator } from '../../emulator/index.ts';
import { demo, startDemo } from '../../emulator/testing/estate.ts';
import { Accounts, type AccountsView } from '../../src-main/azure/accounts/accounts.ts';
import { MsalSource } from '../../src-main/azure/accounts/msal-source.ts';
import { TokenCache } from '../../src-main/azure/accounts/token-cache.ts';
import { cloudSchema } from '../../src-main/azure/cloud.ts';
import { startServices, type TestServices } from '../support/services.ts';
import { walkSignIn } from '../support/walk-sign-in.ts';

const minuteMs = 60_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let emulator: Emulator;
let app: TestServices;
let accounts: Accounts;
let view: AccountsView;
let browsers: number;
/** The clock of the renewal: only a test moves it. */
let nowMs: number;
const timers = new Set<{ readonly atMs: number; readonly call: () => void }>();

beforeEach(async () => {
  nowMs = Date.now();
  browsers = 0;
  timers.clear();
  emulator = await startDemo();
  app = await startServices({ emulator }); // for its network
  accounts = new Accounts({
    choices: {},
    onView: (next) => {
      view = next;
    },
    onServingChanged: () => undefined,
    clock: {
      nowMs: () => nowMs,
      after: (delayMs, call) => {
        const timer = { atMs: nowMs + delayMs, call };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    log,
  });
  await accounts.use(
    new MsalSource({
      cloud: cloudSchema.parse(emulator.cloud),
      clientId: emulator.cloud.clientId,
      tenantId: null,
      agent: app.services.network.agent('authority-unreachable'),
      cache: new TokenCache({ kind: 'memory' }, log),
      openBrowser: async (url) => {
        browsers++;
        await walkSignIn(url, demo.ada);
      },
      log,
    }),
  );
  expect(await accounts.signIn('browser')).toMatchObject({ ok: true });
  expect(await accounts.token(demo.contoso)).toMatchObject({ ok: true });
});
afterEach(async () => {
  accounts.dispose();
  await app.dispose();
  await emulator.dispose();
});

function pass(minutes: number): void {
  nowMs += minutes * minuteMs;
  for (const timer of timers) {
    if (timer.atMs > nowMs) continue;
    timers.delete(timer);
    timer.call();
  }
}

/** Waits until the emulator has given, or refused, so many tokens more. */
async function renewals(): Promise<number> {
  const before = emulator.stats().signInTokens;
  // A token that is asked for now, by force, comes after the renewal that is under way.
  await accounts.token(demo.contoso, undefined, true);
  return emulator.stats().signInTokens - before;
}

test('a token in use is renewed in silence long before it expires', async () => {
  pass(49);
  await expect.poll(() => emulator.stats().signInTokens).toBe(2);
  expect([browsers, view.accounts[accounts.list()[0]?.id ?? '']?.state]).toEqual([1, 'ready']);
});

test('after a night’s sleep the token is renewed at once, without a browser or a restart', async () => {
  nowMs += 600 * minuteMs; // timers stand still in a sleep
  accounts.networkChanged();
  await expect.poll(() => emulator.stats().signInTokens).toBe(2);
  expect(browsers).toBe(1);
});

test('a renewal that is refused is shown at the account; no browser opens', async () => {
  emulator.revokeRefreshTokens();
  pass(49);
  await expect.poll(() => Object.values(view.accounts)[0]?.error?.code).toBe('sign-in-expired');
  expect(browsers).toBe(1);
});

test('after a sign-out nothing is renewed', async () => {
  await accounts.signOut(accounts.list()[0]?.id ?? '');
  pass(120);
  accounts.networkChanged();
  expect([timers.size, await renewals(), browsers]).toEqual([0, 0, 1]);
});
