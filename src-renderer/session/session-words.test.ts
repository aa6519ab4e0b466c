import { expect, test } from 'vitest';
import { retryText } from './session-words.ts';

test('the countdown names the try and whole seconds', () => {
  const retry = { attempt: 2, attempts: 6, atMs: 5000 };
  expect(retryText(retry, 3200)).toBe('Reconnecting in 2 s, try 2 of 6');
  expect(retryText(retry, 9000)).toBe('Reconnecting in 0 s, try 2 of 6');
  expect(retryText({ ...retry, atMs: null }, 0)).toBe('Waiting for the network, then try 2 of 6');
});
