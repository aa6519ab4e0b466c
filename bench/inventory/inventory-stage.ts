import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { type RunningApp, startApp } from '../../e2e/support/app.ts';
import { type Keyring, startKeyring } from '../../e2e/support/keyring.ts';
import { signIn } from '../../e2e/support/sign-in.ts';
import { frameWith, frameWithFoot, runInPage } from './page-scripts.ts';
import { type EstateServer, serveEstate } from './estate-server.ts';

const root = resolve(import.meta.dirname, '../..');

/** The app itself, as it is built, beside estates of several sizes. */
export interface InventoryStage {
  /** The estate with so many machines; served once. */
  readonly estate: (vms: number) => Promise<EstateServer>;
  /** Starts the app with data of its own, or with those of an earlier start. */
  readonly launch: (vms: number, data: 'fresh' | 'kept') => Promise<RunningApp>;
  /** Starts Electron with a window that has nothing in it. */
  readonly launchEmpty: () => Promise<ElectronApplication>;
  readonly dispose: () => Promise<void>;
}

/** Builds the app; serves nothing yet. */
export async function setInventoryStage(electron: string): Promise<InventoryStage> {
  await promisify(execFile)('electron-vite', ['build', '--logLevel', 'warn'], { cwd: root });
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  const home = join(folder, 'home');
  await mkdir(home);
  const keyring: Keyring = await startKeyring(home);
  const estates = new Map<number, Promise<EstateServer>>();
  const apps = new Set<ElectronApplication>();
  let starts = 0;
  const estate = (vms: number): Promise<EstateServer> => {
    const served = estates.get(vms) ?? serveEstate(folder, vms);
    estates.set(vms, served);
    return served;
  };
  const empty = await writeEmptyApp(folder);
  return {
    estate,
    async launch(vms, data) {
      const { cloudFile } = await estate(vms);
      const dataFolder = join(folder, data === 'kept' ? `kept-${vms}` : `fresh-${(starts += 1)}`);
      await mkdir(dataFolder, { recursive: true });
      const app = await startApp({
        cloudFile,
        dataFolder,
        executablePath: electron,
        env: keyring.env,
        args: ['--password-store=gnome-libsecret'],
      });
      apps.add(app.electron);
      return app;
    },
    async launchEmpty() {
      const app = await _electron.launch({
        executablePath: electron,
        args: [
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          '--disable-gpu',
          '--disable-software-rasterizer',
          empty,
          `--user-data-dir=${join(folder, `empty-${(starts += 1)}`)}`,
        ],
      });
      apps.add(app);
      return app;
    },
    async dispose() {
      for (const app of apps) await app.close().catch(() => undefined);
      for (const served of estates.values()) (await served).stop();
      keyring.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function writeEmptyApp(folder: string): Promise<string> {
  const app = join(folder, 'empty');
  await mkdir(app);
  await writeFile(
    join(app, 'package.json'),
    JSON.stringify({ name: 'empty', version: '0.0.0', main: 'main.js' }),
  );
  await writeFile(
    join(app, 'index.html'),
    '<!doctype html><title>Empty</title><main id="root">Nothing</main>',
  );
  await writeFile(
    join(app, 'main.js'),
    `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 800 }).loadFile(require('path').join(__dirname, 'index.html')));
app.on('window-all-closed', () => app.quit());
`,
  );
  return app;
}

/** Milliseconds since 1970 at the first frame in which an element that matches is there. */
export function firstFrameWith(page: Page, selector: string): Promise<number> {
  return runInPage(page, frameWith(selector));
}

/** Milliseconds since 1970 at the first frame in which the list says that it is complete. */
export function completeAt(page: Page, vms: number): Promise<number> {
  return runInPage(page, frameWithFoot(`${vms.toLocaleString('en-US')} machines · refreshed`));
}

/** Signs in and waits until every machine is there. */
export async function fill(app: RunningApp, vms: number): Promise<void> {
  await signIn(app);
  await completeAt(app.page, vms);
}
