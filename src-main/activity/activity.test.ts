import { expect, test } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { StateStore } from '../state/state-store.ts';
import { ActivityLog } from './activity.ts';
import { describeForHelp } from './diagnostics.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

function start() {
  const state = new StateStore(
    initialState({ cloud: { name: 'Test', custom: true }, platform: 'linux', version: '1.2.3' }),
    setImmediate,
  );
  const lines: string[] = [];
  const write = (event: string) => void lines.push(event);
  return { state, lines, activity: new ActivityLog({ info: write, warn: write, error: write }, state) };
}

test('what is logged is shown, with its level and without its secrets', () => {
  const { state, lines, activity } = start();
  activity.info('one', { count: 3, gone: undefined });
  activity.warn('two', { detail: `Bearer ${jwt}` });
  activity.error('three');
  expect(lines).toEqual(['one', 'two', 'three']);
  const entries = Object.values(state.current.activity);
  expect(entries.map((each) => [each.level, each.event])).toEqual([
    ['info', 'one'],
    ['warn', 'two'],
    ['error', 'three'],
  ]);
  expect(entries[0]?.fields).toEqual({ count: 3 });
  expect(JSON.stringify(entries)).not.toContain('eyJ');
});

test('the latest five hundred stay, and none after it was cleared', () => {
  const { state, activity } = start();
  for (let count = 1; count <= 620; count++) activity.info(`event-${count}`);
  const entries = Object.values(state.current.activity);
  expect(entries).toHaveLength(500);
  expect(entries[0]?.event).toBe('event-121');
  activity.clear();
  expect(state.current.activity).toEqual({});
  activity.info('again');
  expect(Object.values(state.current.activity).map((each) => each.event)).toEqual(['again']);
});

test('diagnostics hold versions, tunnels and activity, and neither account nor secret', () => {
  const { state, activity } = start();
  state.set('account', {
    kind: 'signed-in',
    username: 'ada@contoso.example',
    name: 'Ada Lovelace',
    tokenCache: 'memory',
  });
  activity.warn('connection-failed', { detail: `aztoken=${jwt}`, step: 'token' });
  state.upsert('tunnels', 't', {
    id: 't',
    draft: null,
    vmId: '/vm',
    vmName: 'web-01',
    bastionName: 'bas-hub',
    remotePort: 22,
    state: { kind: 'listening', sinceMs: 0, address: '127.0.0.1', port: 5000 },
    connections: [
      {
        number: 4,
        acceptedAt: 0,
        client: '127.0.0.1:9',
        state: { kind: 'open', openedAtMs: 12 },
        timings: [{ step: 'tls', attempt: 2, startMs: 1, endMs: 3.5 }],
        sentBytes: 10,
        receivedBytes: 20,
        sentPerSecond: 0,
        receivedPerSecond: 0,
        roundTripMs: 1.25,
      },
    ],
    openConnections: 1,
    sentBytes: 10,
    receivedBytes: 20,
    sentPerSecond: 0,
    receivedPerSecond: 0,
    roundTripMs: null,
    refused: [],
  });
  const text = describeForHelp(state.current, { electron: '45', os: 'linux 6' });
  expect(text).toContain('Sallyport 1.2.3, Electron 45, linux 6');
  expect(text).toContain('port 22 via bas-hub: listening');
  expect(text).toContain('connection 4: open; tls#2 at 1.0: 2.5 ms; sent 10 B');
  expect(text).toContain('connection-failed');
  expect(text).not.toMatch(/eyJ|ada@|Lovelace/);
});
