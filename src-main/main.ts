import { app, clipboard, dialog, ipcMain, nativeTheme, powerMonitor, session, shell } from 'electron';
import { once } from 'node:events';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { trustChannels, preloadChannels, windowChannels } from '../shared/ipc.ts';
import type { AppError } from '../shared/errors.ts';
import { ok } from '../shared/result.ts';
import { chooseCloud } from './azure/choose-cloud.ts';
import { compose, type Services } from './compose.ts';
import { setAppMenu } from './desktop/app-menu.ts';
import { denyPermissions, registerAppScheme, serveAppFiles } from './desktop/app-protocol.ts';
import { MainWindow } from './desktop/main-window.ts';
import { Quitter } from './desktop/quitter.ts';
import { openSecretBox } from './desktop/secret-box.ts';
import { openTerminalPort } from './desktop/terminal-port.ts';
import { TrustWindow } from './desktop/trust-window.ts';
import { serveChannels } from './ipc/serve-channels.ts';
import { windowHandlers } from './ipc/window-handlers.ts';
import { describeError, FileLog } from './log/logger.ts';
import { LocalData } from './profiles/local-data.ts';
import { SealedFile } from './profiles/sealed-file.ts';
import { askOverPipe, askpassVariable } from './ssh/askpass-socket.ts';
import { findPolicy } from './policy/load-policy.ts';
import { startNotices } from './start-notices.ts';
import { cliArguments, readStartOptions, type StartOptions } from './start-options.ts';
import { initialState } from '../shared/initial-state.ts';
import { StateStore } from './state/state-store.ts';

/** How long after a key or a click the page may ask for a paste. */
const pasteAfterInputMs = 1_000;

const askpass = process.env[askpassVariable];
if (askpass !== undefined) {
  // Started by `ssh` for a question (Windows): answer it and go, without a window.
  const question = process.argv.at(-1) ?? '';
  askOverPipe(askpass, question).then(
    (answer) => {
      if (answer !== null) process.stdout.write(`${answer}\n`);
      app.exit(answer === null ? 1 : 0);
    },
    () => app.exit(1),
  );
} else {
  const command = cliArguments(process.argv);
  if (command === null) startApp();
  else startCommand(command);
}

/** The command line: the same services without a window, beside an app that may be running. */
function startCommand(args: readonly string[]): void {
  app.dock?.hide();
  void app.whenReady().then(async () => {
    const { runCli } = await import('./cli/run-cli.ts');
    const code = await runCli({
      args,
      env: process.env,
      platform: process.platform,
      workerPath: join(import.meta.dirname, 'tunnel-worker.js'),
      systemProxy: (url) => session.defaultSession.resolveProxy(url),
    });
    app.exit(code);
  });
}

/** How long the services wait for the page's files. */
const pagePatienceMs = 1_000;

function startApp(): void {
  const options = readStartOptions(process.argv);
  if (options.dataFolder !== null) app.setPath('userData', resolve(options.dataFolder));
  // One instance per data folder; a second start hands over and goes.
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  registerAppScheme();
  app.on('window-all-closed', () => app.quit());
  void app.whenReady().then(() =>
    run(options).catch((error: unknown) => {
      dialog.showErrorBox('Sallyport cannot start', describeError(error));
      app.exit(1);
    }),
  );
}

/** What the app cannot start with. */
function giveUp(error: AppError): void {
  dialog.showErrorBox(error.message, `${error.next}\n\n${error.detail ?? ''}`);
  app.exit(1);
}

async function run(options: StartOptions): Promise<void> {
  const dataFolder = app.getPath('userData');
  const log = new FileLog(join(dataFolder, 'logs'));
  const localData = new LocalData(dataFolder, log);
  const aside = await localData.load();
  const found = await findPolicy({
    wantedPath: app.isPackaged ? null : options.policyPath,
    platform: process.platform,
    env: process.env,
  });
  if (!found.ok) {
    giveUp(found.error);
    return;
  }
  const { policy } = found.value;
  const chosen = await chooseCloud({
    flag: options.cloudPath === null ? null : resolve(options.cloudPath),
    policy,
    setting: localData.settings.identity.cloud,
  });
  if (!chosen.ok) {
    giveUp(chosen.error);
    return;
  }
  const { loaded } = chosen.value;
  setAppMenu(process.platform);
  denyPermissions();
  const out = resolve(import.meta.dirname, '..');
  serveAppFiles(join(out, 'renderer'));

  const state = new StateStore(
    initialState({
      cloud: { name: loaded.cloud.name, custom: loaded.key === null },
      platform: process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux',
      version: app.getVersion(),
    }),
  );
  if (aside !== null) {
    state.upsert('notices', 'local-data-damaged', {
      id: 'local-data-damaged',
      tone: 'warning',
      text: 'The file of settings was damaged and has been set aside; the usual settings are used.',
      detail: aside,
    });
  }
  state.set('settings', localData.settings);
  nativeTheme.themeSource = localData.settings.theme;

  let services: Services | null = null;
  let mainWindow: MainWindow | null = null;
  const trust = new TrustWindow(join(out, 'preload', 'trust.cjs'), () => mainWindow?.window ?? null);
  const ask = trust.ask.bind(trust);
  const quitter = new Quitter(trust, log, {
    liveNames: () =>
      services === null ? [] : [...services.sessions.liveNames(), ...services.tunnels.liveNames()],
    dispose: async () => {
      await localData.saveWindowPlace(main.place());
      await services?.dispose();
    },
  });
  // The page loads while the services are made; what it asks meanwhile waits for them.
  const main = new MainWindow({
    preload: join(out, 'preload', 'window.cjs'),
    iconPath: join(app.getAppPath(), 'assets', 'icon.png'),
    place: localData.windowPlace,
    mayClose: () => quitter.mayClose(),
  });
  mainWindow = main;
  const pageLoaded = once(main.window.webContents, 'dom-ready', {
    signal: AbortSignal.timeout(pagePatienceMs),
  });
  const composing = (async (): Promise<Services> => {
    const secretBox = await openSecretBox(process.platform);
    const inventoryFile = new SealedFile(join(dataFolder, 'inventory.bin'), secretBox);
    inventoryFile.prefetch();
    // First the page's files, which this thread serves: to make the services beside that makes both slower.
    await pageLoaded.catch(() => undefined); // too slow: it is not waited for any longer
    for (const notice of startNotices({
      hasKeyring: secretBox.kind === 'encrypted',
      keepsPlain: localData.settings.identity.keepsPlainTokens && policy.allowUnencryptedTokens !== false,
      ignoredPolicy: found.value.ignored,
      ignoredFlag: chosen.value.ignoredFlag,
    }))
      state.upsert('notices', notice.id, notice);
    return compose({
      loaded,
      cloudFrom: chosen.value.from,
      policy,
      dataFolder,
      workerPath: join(out, 'main', 'tunnel-worker.js'),
      executable: process.execPath,
      platform: process.platform,
      env: process.env,
      state,
      localData,
      log,
      secretBox,
      inventoryFile,
      ask,
      openBrowser: (url) => shell.openExternal(url),
      systemProxy: (url) => session.defaultSession.resolveProxy(url),
    });
  })();
  const { webContents } = main.window;
  let lastInputAtMs = Number.NEGATIVE_INFINITY;
  webContents.on('input-event', (_event, input) => {
    if (input.type === 'mouseUp' || input.type === 'rawKeyDown' || input.type === 'keyDown')
      lastInputAtMs = performance.now();
  });
  serveChannels(
    ipcMain,
    windowChannels,
    composing.then((made) =>
      windowHandlers({
        services: made,
        state,
        localData,
        ask,
        log,
        chooseKeyFile: async () => {
          const answer = await dialog.showOpenDialog(main.window, {
            title: 'Private key',
            properties: ['openFile', 'showHiddenFiles', 'dontAddToRecent'],
          });
          return answer.filePaths[0] ?? null;
        },
        chooseCaFile: async () => {
          const answer = await dialog.showOpenDialog(main.window, {
            title: 'Certificate authorities (PEM)',
            properties: ['openFile', 'showHiddenFiles', 'dontAddToRecent'],
          });
          return answer.filePaths[0] ?? null;
        },
        openExternal: (url) => shell.openExternal(url),
        makeTerminalPort: (sessionId) => openTerminalPort(webContents, sessionId),
        writeClipboard: (text) => void clipboard.writeText(text),
        runtime: {
          electron: process.versions.electron,
          os: `${process.platform} ${release()} ${process.arch}`,
        },
        applyTheme: (theme) => {
          nativeTheme.themeSource = theme;
        },
        restart: () => quitter.restart(),
        paste: () => {
          // Only right after a real key or click: a page must not read the clipboard by itself.
          if (performance.now() - lastInputAtMs < pasteAfterInputMs) webContents.paste();
        },
      }),
    ),
    (event) => main.isSender(event),
    log,
  );
  serveChannels(
    ipcMain,
    preloadChannels,
    composing.then(({ transfers }) => ({
      'transfer:offer': ({ sessionId, paths }) => transfers.offer(sessionId, paths),
    })),
    (event) => main.isSender(event),
    log,
  );
  serveChannels(
    ipcMain,
    trustChannels,
    {
      'trust:current': () => ok(trust.current()),
      'trust:answer': (answer) => {
        trust.answer(answer);
        return ok(null);
      },
    },
    (event) => trust.isSender(event),
    log,
  );
  state.subscribe((patch) => main.sendPatch(patch));
  app.on('second-instance', () => main.reveal());
  app.on('before-quit', (event) => quitter.beforeQuit(event));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => quitter.quitNow());
  log.info('started', {
    version: app.getVersion(),
    electron: process.versions.electron,
    platform: process.platform,
  });
  const made = await composing;
  services = made;
  powerMonitor.on('resume', () => made.networkChanged());
  await made.start();
}
