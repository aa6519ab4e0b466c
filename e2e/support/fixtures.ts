import { test as base } from '@playwright/test';
import { rm } from 'node:fs/promises';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import { type AppOptions, makeDataFolder, type RunningApp, startApp } from './app.ts';

interface Fixtures {
  /** The estate that the emulator serves; the demo estate unless a spec says otherwise. */
  readonly estate: unknown;
  readonly emulator: Emulator;
  /** A folder for one user's data, removed at the end. */
  readonly dataFolder: string;
  /** Starts the app; whatever still runs at the end of the test is killed. */
  readonly launch: (options?: Partial<AppOptions>) => Promise<RunningApp>;
}

export const test = base.extend<Fixtures>({
  estate: [demoEstate, { option: true }],
  emulator: async ({ estate }, use) => {
    const emulator = await startEmulator({ estate });
    await use(emulator);
    await emulator.dispose();
  },
  // oxlint-disable-next-line no-empty-pattern
  dataFolder: async ({}, use) => {
    const folder = await makeDataFolder();
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  },
  launch: async ({ emulator, dataFolder }, use) => {
    const running: RunningApp[] = [];
    await use(async (options = {}) => {
      const app = await startApp({ cloudFile: emulator.cloudFile, dataFolder, ...options });
      running.push(app);
      return app;
    });
    for (const app of running) killIfAlive(app.pid);
  },
});

export { expect } from '@playwright/test';
export { ada, signIn } from './sign-in.ts';

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as it should have.
  }
}
