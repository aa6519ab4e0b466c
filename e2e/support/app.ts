import { _electron as electron, type ElectronApplication, type Page } from '@playwright/test';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A running app with its own data folder and a browser that only writes down what it should open. */
export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly pid: number;
  readonly page: Page;
  readonly dataFolder: string;
  /** The address that the app opened in the system browser last; waits for one. */
  readonly openedUrl: () => Promise<string>;
  /** The trust window, when it shows a prompt. */
  readonly trust: () => Promise<Page>;
  /** Closes the app in order and waits for its end. */
  readonly quit: () => Promise<void>;
}

export interface AppOptions {
  /** Null: the cloud of the app's own settings; nothing must be sent to it. */
  readonly cloudFile: string | null;
  readonly dataFolder: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another program to start instead of Electron's. */
  readonly executablePath?: string;
  /** Chromium's sandbox cannot be on for root. */
  readonly sandbox?: 'on' | 'off for root';
}

/** Makes a folder for the data of one or more runs of the app. */
export function makeDataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'sallyport-e2e-'));
}

/** `shell.openExternal` runs xdg-open: this one writes the address to a file. */
async function makeBrowser(folder: string): Promise<{ readonly bin: string; readonly urlFile: string }> {
  const bin = join(folder, 'bin');
  const urlFile = join(folder, 'opened-url');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" > '${urlFile}'\n`);
  await chmod(join(bin, 'xdg-open'), 0o755);
  return { bin, urlFile };
}

/** Starts the built app. The sandbox is only off for root, where Chromium cannot have one. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { cloudFile, dataFolder, args = [], env = {} } = options;
  const executablePath = options.executablePath ?? process.env['SALLYPORT_ELECTRON'];
  if (executablePath === undefined) throw new Error('run the end-to-end tests by `npm run e2e`');
  const { bin, urlFile } = await makeBrowser(dataFolder);
  await rm(urlFile, { force: true });
  const { SSH_AUTH_SOCK: _agent, ...inherited } = process.env as Record<string, string>;
  const app = await electron.launch({
    executablePath,
    // Playwright adds --no-sandbox by itself unless it is told not to.
    chromiumSandbox: options.sandbox === 'on',
    args: [
      ...(process.getuid?.() === 0 && options.sandbox !== 'on' ? ['--no-sandbox'] : []),
      // Without WebGL terminals use the DOM renderer, whose text can be read.
      '--disable-gpu',
      '--disable-software-rasterizer',
      root,
      ...(cloudFile === null ? [] : ['--cloud', cloudFile]),
      '--data-dir',
      join(dataFolder, 'user-data'),
      ...args,
    ],
    env: {
      ...inherited,
      PATH: `${bin}${delimiter}${inherited['PATH'] ?? ''}`,
      HOME: dataFolder,
      XDG_CURRENT_DESKTOP: 'X-Generic',
      ...env,
    },
  });
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  return {
    electron: app,
    pid: app.process().pid as number,
    page,
    dataFolder,
    openedUrl: () => waitForFile(urlFile),
    trust: async () => {
      const find = () => app.windows().find((window) => window.url().includes('trust.html'));
      const window =
        find() ??
        (await app.waitForEvent('window', { predicate: (each) => each.url().includes('trust.html') }));
      await window.waitForLoadState('domcontentloaded');
      return window;
    },
    quit: async () => {
      const closed = app.waitForEvent('close');
      await app.evaluate(({ app: main }) => main.quit()).catch(() => undefined); // it may be gone before it answers
      await closed;
    },
  };
}

async function waitForFile(path: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text !== '') {
      await rm(path);
      return text;
    }
    await new Promise((resolveWait) => setTimeout(resolveWait, 100));
  }
  throw new Error('the app opened no browser');
}
