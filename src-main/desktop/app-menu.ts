import { Menu } from 'electron';

/**
 * Windows and Linux get no menu: its default shortcuts (Ctrl+W, Ctrl+R) would take keys from the terminal.
 * macOS needs one for copy, paste and quit.
 */
export function setAppMenu(platform: NodeJS.Platform): void {
  Menu.setApplicationMenu(
    platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
}
