import {
  acceleratorSchema,
  type Command,
  commandSchema,
  resolveShortcuts,
  usualShortcuts,
} from '../../shared/shortcuts.ts';
import type { AppState } from '../../shared/state.ts';
import { useAppState } from './app-store.ts';

/** The parts of a keyboard event that decide. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

type Platform = AppState['platform'];
type Overrides = AppState['preferences']['shortcuts'];

const isFunctionKey = (key: string) => /^F\d{1,2}$/.test(key);

/** A key press as it is written down; null if it can be no shortcut. */
export function acceleratorOf(press: KeyPress, platform: Platform): string | null {
  if (press.altKey) return null;
  const key = press.key.toUpperCase();
  const shift = press.shiftKey ? 'Shift+' : '';
  // ⌘Tab belongs to macOS, so Tab goes with Ctrl everywhere.
  if (key === 'TAB') return press.ctrlKey && !press.metaKey ? `Ctrl+${shift}Tab` : null;
  const isMac = platform === 'darwin';
  const hasMod = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (!hasMod && (press.ctrlKey || press.metaKey || !isFunctionKey(key))) return null;
  const accelerator = `${hasMod ? 'Mod+' : ''}${shift}${key}`;
  return acceleratorSchema.safeParse(accelerator).success ? accelerator : null;
}

/**
 * The keys that mean the same inside a terminal, where plain Ctrl and the function keys belong to the shell: on Windows and
 * Linux they take Ctrl+Shift there, on macOS function keys take ⌘. Ctrl+Tab has no meaning for a shell and stays.
 */
function terminalForms(accelerator: string, platform: Platform): readonly string[] {
  if (accelerator.endsWith('Tab')) return [accelerator];
  const key = accelerator.split('+').at(-1) ?? '';
  if (platform === 'darwin') return isFunctionKey(key) ? [`Mod+${key}`] : [accelerator];
  return [`Mod+Shift+${key}`];
}

/** The command of a key press, or null; inside a terminal fewer keys are the window's. */
export function commandOf(
  press: KeyPress,
  platform: Platform,
  isInTerminal: boolean,
  overrides: Overrides = {},
): Command | null {
  const pressed = acceleratorOf(press, platform);
  if (pressed === null) return null;
  const found = Object.entries(resolveShortcuts(overrides)).find(([, accelerator]) =>
    isInTerminal ? terminalForms(accelerator, platform).includes(pressed) : accelerator === pressed,
  );
  return found === undefined ? null : commandSchema.parse(found[0]);
}

/** How keys are written on this system, for example `Ctrl+J` or `⌘J`. */
export function acceleratorText(accelerator: string, platform: Platform): string {
  if (platform !== 'darwin') return accelerator.replace('Mod', 'Ctrl');
  return accelerator.replace('Mod+', '⌘').replace('Shift+', '⇧').replace('Ctrl+', '⌃');
}

/** How a command's key is written in tooltips and menus. */
export function shortcutText(command: Command, platform: Platform, overrides: Overrides = {}): string {
  return acceleratorText(resolveShortcuts(overrides)[command], platform);
}

/** The key of a command as it is now, for a component. */
export function useShortcut(command: Command): string {
  return useAppState((state) => shortcutText(command, state.platform, state.preferences.shortcuts));
}

const names: Readonly<Record<Command, string>> = {
  palette: 'Search everything',
  'new-tab': 'New tab from search',
  filter: 'Filter machines',
  'close-tab': 'Close tab',
  'next-tab': 'Next tab',
  'previous-tab': 'Previous tab',
  'toggle-panel': 'Show or hide the panel',
  'toggle-sidebar': 'Show or hide the machines',
  'toggle-favourite': 'Add to favourites, or remove',
  'add-hosts': 'Add hosts by address',
  refresh: 'Refresh machines',
  'run-checks': 'Run the checks again',
  settings: 'Settings',
};

/** All commands in the order in which they are listed. */
export const commands = Object.keys(usualShortcuts) as readonly Command[];

/** What a command is called. */
export function commandName(command: Command): string {
  return names[command];
}
