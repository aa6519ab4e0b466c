import { app, BrowserWindow, type BrowserWindowConstructorOptions, type IpcMainInvokeEvent } from 'electron';
import { appOrigin } from './app-protocol.ts';

/** A window with the settings that both windows share: sandboxed, isolated, fixed to its page. */
export function openSecureWindow(
  page: string,
  preload: string,
  options: BrowserWindowConstructorOptions,
): BrowserWindow {
  const window = new BrowserWindow({
    ...options,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event) => event.preventDefault());
  webContents.on('will-redirect', (event) => event.preventDefault());
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  // A page that crashed comes back and asks for the state again; the sessions are main's and live on.
  webContents.on('render-process-gone', () => {
    if (!window.isDestroyed()) void window.loadURL(pageUrl(page));
  });
  void window.loadURL(pageUrl(page));
  return window;
}

/** In development the page comes from the dev server that `electron-vite dev` names; else from the app's own scheme. */
function pageUrl(page: string): string {
  const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
  return devServer === undefined ? `${appOrigin}/${page}` : `${devServer}/${page}`;
}

/** True if a request comes from the top frame of this window, showing a page of ours. */
export function comesFrom(event: IpcMainInvokeEvent, window: BrowserWindow | null, page: string): boolean {
  if (window === null || window.isDestroyed() || event.sender !== window.webContents) return false;
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.url.split(/[?#]/)[0] === pageUrl(page);
}
