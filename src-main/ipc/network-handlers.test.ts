import { usualIdentitySettings } from '../../shared/account.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { type ProxySetting, usualNetworkSettings } from '../../shared/network.ts';
import type { Services } from '../compose.ts';
import { ProxySignIns } from '../net/proxy-sign-ins.ts';
import { Authority } from '../net/testing/certificates.ts';
import { LocalData } from '../profiles/local-data.ts';
import { StateStore } from '../state/state-store.ts';
import type { PromptBody, TrustOutcome } from '../trust.ts';
import { networkHandlers } from './network-handlers.ts';
import { windowHandlers } from './window-handlers.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const manual: ProxySetting = { kind: 'manual', url: 'http://proxy.example:3128', bypass: '' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-handlers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function make(answer: TrustOutcome, chosen: string | null = null) {
  const state = new StateStore(
    initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' }),
    setImmediate,
  );
  const prompts: PromptBody[] = [];
  let forgotten = 0;
  const proxySignIns = new ProxySignIns(join(folder, 'sign-ins'), { kind: 'memory' }, log);
  const network = { proxySignIns, forgetConnections: () => void forgotten++ };
  const handlers = networkHandlers({
    services: { network } as unknown as Services,
    state,
    localData: new LocalData(folder, log),
    ask: (prompt) => {
      prompts.push(prompt);
      return Promise.resolve(answer);
    },
    chooseCaFile: () => Promise.resolve(chosen),
  });
  /** What the next start would find. */
  const saved = async () => {
    const data = new LocalData(folder, log);
    await data.load();
    return data.settings.network;
  };
  return { handlers, state, prompts, proxySignIns, saved, forgotten: () => forgotten };
}

const accepted: TrustOutcome = { kind: 'accepted', secret: 'hunter2' };

test('a proxy set by hand is confirmed, saved, and holds for the next connection', async () => {
  const { handlers, state, prompts, saved, forgotten } = make(accepted);
  expect(await handlers['network:set-proxy'](manual)).toEqual({ ok: true, value: true });
  expect(prompts).toMatchObject([{ kind: 'confirm', lines: ['http://proxy.example:3128'] }]);
  expect(state.current.settings.network.proxy).toEqual(manual);
  expect((await saved()).proxy).toEqual(manual);
  expect(forgotten()).toBe(1);
});

test('one that is not confirmed is not used', async () => {
  const { handlers, state, saved } = make({ kind: 'refused' });
  expect(await handlers['network:set-proxy'](manual)).toEqual({ ok: true, value: false });
  expect(state.current.settings.network.proxy).toEqual({ kind: 'system' });
  expect((await saved()).proxy).toEqual({ kind: 'system' });
});

test('to do without a proxy needs no confirmation', async () => {
  const { handlers, prompts, saved } = make({ kind: 'refused' });
  expect(await handlers['network:set-proxy']({ kind: 'none' })).toEqual({ ok: true, value: true });
  expect(prompts).toEqual([]);
  expect((await saved()).proxy).toEqual({ kind: 'none' });
});

test('a file of authorities is read before anybody is asked about it, and can be forgotten', async () => {
  const authority = new Authority('/CN=Corp Inspect CA');
  const good = authority.path('ca.pem');
  const bad = join(folder, 'bad.pem');
  await writeFile(bad, 'hello');

  const wrong = make(accepted, bad);
  expect(await wrong.handlers['network:choose-ca-file'](null)).toMatchObject({
    error: { code: 'ca-file-invalid' },
  });
  expect(wrong.prompts).toEqual([]);
  const refused = make({ kind: 'cancelled' }, good);
  expect(await refused.handlers['network:choose-ca-file'](null)).toEqual({ ok: true, value: null });
  expect((await refused.saved()).caFile).toBeNull();
  expect(await make(accepted, null).handlers['network:choose-ca-file'](null)).toEqual({
    ok: true,
    value: null,
  });

  const { handlers, prompts, saved } = make(accepted, good);
  expect(await handlers['network:choose-ca-file'](null)).toEqual({ ok: true, value: good });
  expect(prompts).toMatchObject([{ kind: 'confirm', lines: [good], tone: 'danger' }]);
  expect((await saved()).caFile).toBe(good);
  await handlers['network:forget-ca-file'](null);
  expect((await saved()).caFile).toBeNull();
  authority.dispose();
});

test('the page cannot change network and identity along with the rest of the settings', async () => {
  const { state, saved } = make(accepted);
  const handlers = windowHandlers({
    services: {} as Services,
    state,
    localData: new LocalData(folder, log),
    ask: () => Promise.reject(new Error('nobody is asked')),
    applyTheme: () => undefined,
  } as unknown as Parameters<typeof windowHandlers>[0]);
  const wanted = {
    theme: 'dark',
    reconnect: 'ask',
    network: { proxy: manual, caFile: '/tmp/evil.pem' },
    identity: { ...usualIdentitySettings, keepsPlainTokens: true },
  } as const;
  expect(await handlers['settings:save'](wanted)).toMatchObject({ ok: true });
  expect(state.current.settings).toEqual({
    theme: 'dark',
    reconnect: 'ask',
    network: usualNetworkSettings,
    identity: usualIdentitySettings,
  });
  expect(await saved()).toEqual(usualNetworkSettings);
});

test('the password of a proxy is asked in the trust window', async () => {
  const { handlers, prompts, proxySignIns } = make(accepted);
  const proxy = { host: 'proxy.example', port: 3128 };
  expect(await handlers['network:sign-in-to-proxy']({ ...proxy, user: 'ada' })).toMatchObject({ ok: true });
  expect(prompts).toMatchObject([{ kind: 'secret', subject: 'proxy.example:3128', echo: false }]);
  expect(proxySignIns.get('proxy.example', 3128)).toEqual({ user: 'ada', password: 'hunter2' });
  await handlers['network:sign-in-to-proxy']({ ...proxy, user: '' });
  expect(proxySignIns.get('proxy.example', 3128)).toBeNull();
  const cancelled = make({ kind: 'cancelled' });
  expect(await cancelled.handlers['network:sign-in-to-proxy']({ ...proxy, user: 'ada' })).toMatchObject({
    error: { code: 'proxy-auth-needed' },
  });
});
