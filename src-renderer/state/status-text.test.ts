import { describe, expect, it } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import type { AppState } from '../../shared/state.ts';
import { tunnel } from '../tunnels/test-tunnel.ts';
import { statusText } from './status-text.ts';

const start = initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' });
const calm: AppState = {
  ...start,
  account: { kind: 'signed-in', username: 'ada', name: 'Ada', tokenCache: 'memory' },
  inventory: { ...start.inventory, state: 'ready', refreshedAtMs: 0 },
};

describe('statusText', () => {
  it('says what matters most', () => {
    const loading: AppState = { ...calm, inventory: { ...calm.inventory, state: 'loading' } };
    const connecting: AppState = {
      ...loading,
      sessions: {
        s: {
          id: 's',
          kind: 'ssh',
          vmId: '/vm',
          vmName: 'web-01',
          user: 'ada',
          port: 22,
          bastionName: 'bas',
          state: { kind: 'connecting' },
          retry: null,
          steps: [{ name: 'websocket', state: 'running', durationMs: null }],
          sentBytes: 0,
          receivedBytes: 0,
          roundTripMs: null,
        },
      },
    };
    expect(statusText(calm)).toBe('Ready');
    expect(statusText(loading)).toBe('Reading subscriptions and machines');
    expect(statusText(connecting)).toBe('Connecting to web-01: WebSocket');
    const opening: AppState = { ...calm, tunnels: { t: { ...tunnel, state: { kind: 'opening' } } } };
    expect(statusText(opening)).toBe('Opening a tunnel to web-01');
    expect(statusText({ ...connecting, account: { kind: 'signed-out', error: null } })).toBe('Not signed in');
    expect(statusText({ ...calm, account: { kind: 'browser', startedAtMs: 0 } })).toBe('Signing in');
  });
});
