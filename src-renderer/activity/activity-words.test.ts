import { expect, test } from 'vitest';
import type { Activity } from '../../shared/tunnel.ts';
import { tunnel } from '../tunnels/test-tunnel.ts';
import { activityDetails, activityText, visibleActivity } from './activity-words.ts';

const names = { tunnels: { t: tunnel }, sessions: {} };
const entry = (event: string, fields: Activity['fields'] = {}): Activity => ({
  id: '1',
  at: 0,
  level: 'info',
  event,
  fields,
});

test('events that matter are sentences with names in them', () => {
  expect(activityText(entry('tunnel-listening', { tunnelId: 't', localPort: 4000 }), names)).toBe(
    'The tunnel to web-01, port 22 listens on local port 4000.',
  );
  expect(activityText(entry('connection-failed', { tunnelId: 't', code: 'bastion-busy' }), names)).toBe(
    'A connection through the tunnel to web-01, port 22 could not be made. The Bastion is overloaded or under maintenance.',
  );
  expect(activityText(entry('connection-closed', { tunnelId: 'gone', code: 'ok' }), names)).toBe(
    'A connection through a tunnel ended.',
  );
  expect(activityText(entry('tunnel-removed', { tunnelId: 'gone', remotePort: 7 }), names)).toBe(
    'A tunnel to port 7 was removed.',
  );
  expect(activityText(entry('session-lost', { sessionId: 'x', code: 'nonsense' }), names)).toBe(
    'A session was lost.',
  );
});

test('an event without a sentence shows its name, also one that objects have by nature', () => {
  expect(activityText(entry('askpass-failed'), names)).toBe('askpass-failed');
  expect(activityText(entry('toString'), names)).toBe('toString');
});

test('details leave out what is empty', () => {
  expect(activityDetails(entry('x', { a: 1, b: '', c: null }))).toBe('event: x\na: 1');
});

test('the filter takes what is at least that bad, the latest first', () => {
  const activity = {
    9: { ...entry('a'), id: '9' },
    10: { ...entry('b'), id: '10', level: 'error' as const },
    11: { ...entry('c'), id: '11', level: 'warn' as const },
  };
  expect(visibleActivity(activity, 'all').map(({ id }) => id)).toEqual(['11', '10', '9']);
  expect(visibleActivity(activity, 'warn').map(({ id }) => id)).toEqual(['11', '10']);
  expect(visibleActivity(activity, 'error').map(({ id }) => id)).toEqual(['10']);
});
