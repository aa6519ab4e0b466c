import { describe, expect, it } from 'vitest';
import { acceleratorOf, commandOf, type KeyPress, shortcutText } from './shortcuts.ts';

const press = (text: string): KeyPress => {
  const parts = text.split('+');
  return {
    key: parts.at(-1) ?? '',
    ctrlKey: parts.includes('Ctrl'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    metaKey: parts.includes('Meta'),
  };
};

describe('commandOf', () => {
  it.each([
    ['Ctrl+f', 'linux', false, 'filter'],
    ['Ctrl+W', 'win32', false, 'close-tab'],
    ['Ctrl+Shift+w', 'linux', false, null],
    ['Ctrl+Alt+f', 'win32', false, null],
    ['F5', 'linux', false, 'refresh'],
    ['F1', 'linux', false, 'run-checks'],
    ['f', 'linux', false, null],
    // The shell keeps plain Ctrl and the function keys.
    ['Ctrl+f', 'linux', true, null],
    ['Ctrl+w', 'win32', true, null],
    ['F5', 'linux', true, null],
    ['Ctrl+Shift+F', 'linux', true, 'filter'],
    ['Ctrl+Shift+W', 'win32', true, 'close-tab'],
    ['Ctrl+Shift+F5', 'linux', true, 'refresh'],
    ['Ctrl+Shift+C', 'linux', true, null],
    // On a Mac the command key is never the shell's.
    ['Meta+w', 'darwin', true, 'close-tab'],
    ['Meta+w', 'darwin', false, 'close-tab'],
    ['Ctrl+w', 'darwin', true, null],
    ['Ctrl+w', 'darwin', false, null],
    ['Ctrl+Tab', 'linux', true, 'next-tab'],
    ['Ctrl+Shift+Tab', 'darwin', false, 'previous-tab'],
    ['Tab', 'linux', false, null],
    ['Ctrl+k', 'linux', false, 'palette'],
    ['Ctrl+k', 'linux', true, null],
    ['Ctrl+Shift+K', 'win32', true, 'palette'],
    ['Meta+k', 'darwin', true, 'palette'],
    ['Meta+F5', 'darwin', true, 'refresh'],
    ['Ctrl+,', 'linux', false, 'settings'],
  ] as const)('%s on %s, in a terminal: %s, is %s', (keys, platform, isInTerminal, expected) => {
    expect(commandOf(press(keys), platform, isInTerminal)).toBe(expected);
  });
});

describe('shortcutText', () => {
  it('writes keys as the platform does', () => {
    expect(shortcutText('toggle-panel', 'linux')).toBe('Ctrl+J');
    expect(shortcutText('toggle-panel', 'darwin')).toBe('⌘J');
    expect(shortcutText('run-checks', 'win32')).toBe('F1');
  });

  it('writes the user’s own keys, and the usual one in place of what it cannot read', () => {
    expect(shortcutText('palette', 'linux', { palette: 'Mod+Shift+P' })).toBe('Ctrl+Shift+P');
    expect(shortcutText('palette', 'darwin', { palette: 'Mod+Shift+P' })).toBe('⌘⇧P');
    expect(shortcutText('palette', 'linux', { palette: 'nonsense', unknown: 'F2' })).toBe('Ctrl+K');
  });
});

describe('changed keys', () => {
  const own = { palette: 'Mod+P', refresh: 'Shift+F6' };

  it.each([
    ['Ctrl+p', false, 'palette'],
    ['Ctrl+k', false, null],
    ['Ctrl+Shift+P', true, 'palette'],
    ['Shift+F6', false, 'refresh'],
    ['F6', false, null],
    ['Ctrl+Shift+F6', true, 'refresh'],
  ] as const)('%s, in a terminal: %s, is %s', (keys, isInTerminal, expected) => {
    expect(commandOf(press(keys), 'linux', isInTerminal, own)).toBe(expected);
  });

  it.each([
    ['Ctrl+Shift+p', 'linux', 'Mod+Shift+P'],
    ['Meta+p', 'darwin', 'Mod+P'],
    ['Ctrl+p', 'darwin', null],
    ['Ctrl+Alt+p', 'linux', null],
    ['p', 'linux', null],
    ['Shift+F7', 'linux', 'Shift+F7'],
    ['Ctrl+Enter', 'linux', null],
    ['Ctrl+ArrowUp', 'linux', null],
    ['Ctrl+Control', 'linux', null],
  ] as const)('%s on %s can be written down as %s', (keys, platform, expected) => {
    expect(acceleratorOf(press(keys), platform)).toBe(expected);
  });
});
