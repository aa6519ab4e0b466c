import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Emulator } from '../../emulator/index.ts';
import type { NetworkSettings } from '../../shared/network.ts';
import type { AppState } from '../../shared/state.ts';
import { loadCloud } from '../../src-main/azure/load-cloud.ts';
import { compose, type Services } from '../../src-main/compose.ts';
import { FileLog } from '../../src-main/log/logger.ts';
import { SealedFile } from '../../src-main/profiles/sealed-file.ts';
import { LocalData } from '../../src-main/profiles/local-data.ts';
import { initialState } from '../../shared/initial-state.ts';
import { StateStore } from '../../src-main/state/state-store.ts';
import type { PromptBody, TrustOutcome } from '../../src-main/trust.ts';
import { walkSignIn } from './walk-sign-in.ts';

/** The app's services without windows, pointed at an emulator, with a person that answers as a test says. */
export interface TestServices {
  readonly services: Services;
  readonly state: StateStore;
  readonly dataFolder: string;
  readonly prompts: PromptBody[];
  /** Resolves when the state fulfils a condition; rejects with the state after a time. */
  readonly until: (what: string, condition: (state: AppState) => boolean) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

interface Options {
  readonly emulator: Emulator;
  readonly upn?: string;
  readonly answer?: (prompt: PromptBody) => TrustOutcome;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The settings of the network; the usual ones if absent. */
  readonly network?: NetworkSettings;
  /** What the system browser does; by default a person signs in as `upn`. */
  readonly openBrowser?: (url: string) => Promise<void>;
}

const patienceMs = 40_000;

export async function startServices({
  emulator,
  upn = 'ada@contoso.example',
  answer,
  env,
  network,
  openBrowser,
}: Options): Promise<TestServices> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sallyport-data-'));
  const loaded = await loadCloud(emulator.cloudFile);
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const state = new StateStore(
    initialState({ cloud: { name: 'test', custom: true }, platform: 'linux', version: '0' }),
    setImmediate,
  );
  if (network !== undefined) state.set('settings', { ...state.current.settings, network });
  const log = new FileLog(join(dataFolder, 'logs'));
  const prompts: PromptBody[] = [];
  const services = await compose({
    loaded: loaded.value,
    dataFolder,
    workerPath: resolve(import.meta.dirname, '../../src-main/tunnel/worker.ts'),
    executable: process.execPath,
    platform: process.platform,
    env: env ?? { ...process.env, SSH_AUTH_SOCK: undefined },
    state,
    localData: new LocalData(dataFolder, log),
    log,
    secretBox: { kind: 'memory' },
    inventoryFile: new SealedFile(join(dataFolder, 'inventory.bin'), { kind: 'memory' }),
    ask: (prompt) => {
      prompts.push(prompt);
      return Promise.resolve(answer?.(prompt) ?? { kind: 'cancelled' });
    },
    openBrowser: openBrowser ?? ((url) => walkSignIn(url, upn)),
  });
  await services.start();
  const until = (what: string, condition: (state: AppState) => boolean) =>
    new Promise<void>((resolveWait, reject) => {
      const check = () => {
        if (!condition(state.current)) return;
        clearTimeout(timer);
        unsubscribe();
        resolveWait();
      };
      const timer = setTimeout(() => {
        unsubscribe();
        const { vms: _vms, ...rest } = state.current;
        reject(new Error(`waited in vain for: ${what}\n${JSON.stringify(rest, null, 1).slice(0, 6000)}`));
      }, patienceMs);
      const unsubscribe = state.subscribe(check);
      check();
    });
  return {
    services,
    state,
    dataFolder,
    prompts,
    until,
    dispose: async () => {
      await services.dispose();
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
