import type { AppState } from '../../shared/state.ts';

/** A command that has a key. */
export type Command =
  | 'filter'
  | 'close-tab'
  | 'next-tab'
  | 'previous-tab'
  | 'toggle-panel'
  | 'toggle-sidebar'
  | 'refresh'
  | 'run-checks'
  | 'settings';

/** The parts of a keyboard event that decide. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

type Platform = AppState['platform'];

const letterCommands: Readonly<Record<string, Command>> = {
  f: 'filter',
  w: 'close-tab',
  j: 'toggle-panel',
  b: 'toggle-sidebar',
  ',': 'settings',
};

const functionCommands: Readonly<Record<string, Command>> = { f5: 'refresh', f1: 'run-checks' };

/**
 * The command of a key press, or null. Inside a terminal plain Ctrl and the function keys belong to the shell, so
 * there the same commands are Ctrl+Shift on Windows and Linux and ⌘ on macOS. Ctrl+Tab has no meaning for a shell
 * and works everywhere.
 */
export function commandOf(press: KeyPress, platform: Platform, isInTerminal: boolean): Command | null {
  if (press.altKey) return null;
  const key = press.key.toLowerCase();
  if (key === 'tab') {
    if (!press.ctrlKey || press.metaKey) return null;
    return press.shiftKey ? 'previous-tab' : 'next-tab';
  }
  const functionCommand = functionCommands[key];
  const isMac = platform === 'darwin';
  if (functionCommand !== undefined) {
    const hasModifier = press.ctrlKey || press.metaKey || press.shiftKey;
    if (!isInTerminal) return hasModifier ? null : functionCommand;
    return isMac
      ? press.metaKey && !press.ctrlKey && !press.shiftKey
        ? functionCommand
        : null
      : press.ctrlKey && press.shiftKey && !press.metaKey
        ? functionCommand
        : null;
  }
  const isModified = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (!isModified || press.shiftKey !== (isInTerminal && !isMac)) return null;
  return letterCommands[key] ?? null;
}

/** How a command's key is written in tooltips, for example `Ctrl+J` or `⌘J`. */
export function shortcutText(command: Command, platform: Platform): string {
  const isMac = platform === 'darwin';
  switch (command) {
    case 'next-tab':
      return 'Ctrl+Tab';
    case 'previous-tab':
      return 'Ctrl+Shift+Tab';
    case 'refresh':
      return 'F5';
    case 'run-checks':
      return 'F1';
    default: {
      const letter = Object.keys(letterCommands).find((key) => letterCommands[key] === command) ?? '';
      return isMac ? `⌘${letter.toUpperCase()}` : `Ctrl+${letter.toUpperCase()}`;
    }
  }
}
