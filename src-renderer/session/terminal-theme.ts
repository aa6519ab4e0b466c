import type { ITheme } from '@xterm/xterm';

const light: ITheme = {
  background: '#ffffff',
  foreground: '#1b1f27',
  cursor: '#2563eb',
  cursorAccent: '#ffffff',
  selectionBackground: '#b9d2fb',
  selectionInactiveBackground: '#dbe1ea',
  black: '#1b1f27',
  red: '#b42318',
  green: '#12713a',
  yellow: '#8a5300',
  blue: '#1d4fd0',
  magenta: '#8b2fa8',
  cyan: '#0b6b7d',
  white: '#5d6573',
  brightBlack: '#535b69',
  brightRed: '#c8341f',
  brightGreen: '#177a41',
  brightYellow: '#8f5d00',
  brightBlue: '#2563eb',
  brightMagenta: '#9b3fb8',
  brightCyan: '#0f7587',
  brightWhite: '#1b1f27',
};

const dark: ITheme = {
  background: '#16181c',
  foreground: '#e4e7ec',
  cursor: '#60a5fa',
  cursorAccent: '#16181c',
  selectionBackground: '#2f4a7a',
  selectionInactiveBackground: '#363c46',
  black: '#3a404a',
  red: '#f47c70',
  green: '#4ec27f',
  yellow: '#e0a83e',
  blue: '#60a5fa',
  magenta: '#d58cf0',
  cyan: '#56c5d6',
  white: '#cfd4dc',
  brightBlack: '#8b93a1',
  brightRed: '#ff9a90',
  brightGreen: '#74d99d',
  brightYellow: '#f2c46b',
  brightBlue: '#8fc0fc',
  brightMagenta: '#e5acf7',
  brightCyan: '#80dbe8',
  brightWhite: '#ffffff',
};

/** The colours of a terminal, in the light or the dark of the window. */
export function terminalTheme(isDark: boolean): ITheme {
  return isDark ? dark : light;
}
