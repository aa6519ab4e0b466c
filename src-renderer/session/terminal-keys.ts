import { copyText, run } from '../state/actions.ts';
import { currentState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { commandOf } from '../state/shortcuts.ts';
import { type ContextMenuItem, openContextMenu } from '../ui/context-menu-store.ts';
import type { TerminalHandle } from './terminal-handle.ts';

/**
 * True for the key presses that the shell must not see: the window's shortcuts, copy and paste. Copy is done here;
 * paste is left to the browser, whose paste event xterm turns into (bracketed) input.
 */
export function isTerminalWindowKey(event: KeyboardEvent, handle: TerminalHandle): boolean {
  const state = currentState();
  const platform = state?.platform ?? 'linux';
  const isMac = platform === 'darwin';
  const key = event.key.toLowerCase();
  const hasModifiers = isMac
    ? event.metaKey && !event.ctrlKey && !event.altKey
    : event.ctrlKey && event.shiftKey && !event.metaKey && !event.altKey;
  if (hasModifiers && key === 'c') {
    if (event.type === 'keydown') {
      event.preventDefault();
      copySelection(handle);
    }
    return true;
  }
  if (hasModifiers && key === 'v') return true;
  return commandOf(event, platform, true, state?.preferences.shortcuts) !== null;
}

function copySelection(handle: TerminalHandle): void {
  const text = handle.terminal.getSelection();
  if (text !== '') copyText(text);
}

/** Opens the context menu of a terminal. */
export function openTerminalMenu(handle: TerminalHandle, x: number, y: number): void {
  const isMac = currentState()?.platform === 'darwin';
  const items: readonly ContextMenuItem[] = [
    {
      kind: 'action',
      label: 'Copy',
      shortcut: isMac ? '⌘C' : 'Ctrl+Shift+C',
      isDisabled: !handle.terminal.hasSelection(),
      run: () => {
        copySelection(handle);
        handle.focus();
      },
    },
    {
      kind: 'action',
      label: 'Paste',
      shortcut: isMac ? '⌘V' : 'Ctrl+Shift+V',
      run: () => {
        handle.focus();
        void run(bridge().calls['clipboard:paste'](null));
      },
    },
    {
      kind: 'action',
      label: 'Select all',
      run: () => {
        handle.terminal.selectAll();
        handle.focus();
      },
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Clear',
      run: () => {
        handle.terminal.clear();
        handle.focus();
      },
    },
  ];
  openContextMenu('Terminal', x, y, items);
}
