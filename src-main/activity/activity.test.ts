import { expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { StateStore } from '../state/state-store.ts';
import { ActivityLog } from './activity.ts';
import { describeForHelp } from './diagnostics.ts';

function start() {
  const state = new StateStore(
    initialState({ cloud: { name: 'test', custom: false }, platform: 'linux', version: '0.1.0' }),
    () => undefined,
  );
  const lines: string[] = [];
  const write = (event: string) => lines.push(event);
  const activity = new ActivityLog({ info: write, warn: write, error: write }, state);
  return { state, lines, activity, entries: () => Object.values(state.current.activity) };
}

test('what is logged is kept, redacted, without what is undefined', () => {
  const { activity, lines, entries } = start();
  activity.warn('sign-in-failed', { detail: 'password=hunter2 here', code: undefined, tries: 2 });
  expect(lines).toEqual(['sign-in-failed']);
  expect(entries()).toMatchObject([
    {
      id: '1',
      level: 'warn',
      event: 'sign-in-failed',
      fields: { detail: 'password=[redacted] here', tries: 2 },
    },
  ]);
  expect(entries()[0]?.fields).not.toHaveProperty('code');
});

test('what the engine reports of refusals and failures is raised to what it is', () => {
  const { activity, entries } = start();
  activity.info('client-refused');
  activity.info('connection-failed');
  activity.info('connection-closed', { code: 'ok' });
  activity.info('connection-closed', { code: 'tunnel-lost' });
  expect(entries().map(({ level }) => level)).toEqual(['warn', 'error', 'info', 'warn']);
});

test('only the latest are kept, and clearing takes all', () => {
  const { activity, entries } = start();
  for (let count = 0; count < 510; count++) activity.info('started');
  expect(entries()).toHaveLength(500);
  expect(entries()[0]?.id).toBe('11');
  activity.clear();
  expect(entries()).toEqual([]);
  activity.info('started');
  expect(entries()).toHaveLength(1);
});

test('diagnostics name versions and events, and no secret', () => {
  const { activity, state } = start();
  activity.error('unexpected', { error: `Bearer eyJhbGciOiJub25lIn0.${'a'.repeat(40)}.b` });
  const text = describeForHelp(state.current, { electron: '45', os: 'linux' });
  expect(text).toContain('Sallyport 0.1.0, Electron 45, linux');
  expect(text).toContain('error unexpected');
  expect(text).not.toContain('eyJ');
});
