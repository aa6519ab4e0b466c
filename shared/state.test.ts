import { expect, test } from 'vitest';
import { settingsSchema, usualSettings } from './state.ts';

test('settings of an earlier version have what is usual in place of what they lack', () => {
  expect(settingsSchema.parse({ theme: 'dark' })).toEqual({ ...usualSettings, theme: 'dark' });
  expect(usualSettings.reconnect).toBe('ask');
});
