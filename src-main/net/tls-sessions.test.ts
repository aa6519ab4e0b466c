import { expect, test } from 'vitest';
import { TlsSessions } from './tls-sessions.ts';

test('the latest session of a name is kept, until it is forgotten', () => {
  const sessions = new TlsSessions();
  sessions.put('a', Buffer.from('1'));
  sessions.put('a', Buffer.from('2'));
  sessions.put('b', Buffer.from('3'));
  expect(sessions.get('a')?.toString()).toBe('2');
  sessions.forget('a');
  expect([sessions.get('a'), sessions.get('b')?.toString()]).toEqual([undefined, '3']);
  sessions.clear();
  expect(sessions.get('b')).toBeUndefined();
});

test('of too many, the one used longest ago goes first', () => {
  const sessions = new TlsSessions();
  for (let number = 0; number < 64; number++) sessions.put(String(number), Buffer.from('x'));
  sessions.get('0');
  sessions.put('64', Buffer.from('x'));
  expect(['0', '1', '2', '64'].filter((name) => sessions.get(name) !== undefined)).toEqual(['0', '2', '64']);
});
