import { expect, test } from 'vitest';
import { shortcutProblem } from './shortcut-words.ts';

test.each([
  ['Mod+P', null],
  ['Mod+K', null],
  ['Mod+C', 'Ctrl+C edits text or belongs to the system.'],
  ['Mod+Shift+W', 'Ctrl+Shift+W is too close to the key of “Close tab”, here or inside a terminal.'],
])('the palette on %s: %s', (accelerator, expected) => {
  expect(shortcutProblem({}, 'palette', accelerator, 'linux')).toBe(expected);
});

test('a key that was given up is free', () => {
  expect(shortcutProblem({ 'close-tab': 'Mod+E' }, 'palette', 'Mod+W', 'darwin')).toBeNull();
  expect(shortcutProblem({ 'close-tab': 'Mod+E' }, 'palette', 'Mod+E', 'darwin')).toContain('⌘E');
});
