import { type BrowserWindow, type IpcMainInvokeEvent, screen } from 'electron';
import type { Patch } from '../../shared/state.ts';
import { comesFrom, openSecureWindow } from './secure-window.ts';
import { chooseBounds, type WindowPlace } from './window-place.ts';

const page = 'index.html';

interface Needs {
  readonly preload: string;
  readonly iconPath: string;
  readonly place: WindowPlace | null;
  /** Asked when the user closes the window; true lets it close. */
  readonly mayClose: () => boolean;
}

/** The big window: its place is restored, its closing is asked about, it gets patches only while it lives. */
export class MainWindow {
  readonly window: BrowserWindow;

  constructor(needs: Needs) {
    const screens = screen.getAllDisplays().map((display) => display.workArea);
    this.window = openSecureWindow(page, needs.preload, {
      ...chooseBounds(needs.place, screens),
      minWidth: 720,
      minHeight: 480,
      show: false,
      autoHideMenuBar: true,
      title: 'Sallyport',
      icon: needs.iconPath,
      backgroundColor: '#1b1d21',
    });
    if (needs.place?.maximized === true) this.window.maximize();
    this.window.once('ready-to-show', () => this.window.show());
    this.window.on('close', (event) => {
      if (!needs.mayClose()) event.preventDefault();
    });
  }

  /** Where the window is now, to be remembered. */
  place(): WindowPlace {
    return { ...this.window.getNormalBounds(), maximized: this.window.isMaximized() };
  }

  isSender(event: IpcMainInvokeEvent): boolean {
    return comesFrom(event, this.window, page);
  }

  sendPatch(patch: Patch): void {
    if (!this.window.isDestroyed()) this.window.webContents.send('state:patch', patch);
  }

  /** Brings the window to the front, as when a second start hands over to this one. */
  reveal(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.show();
    this.window.focus();
  }
}
