import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import type { ConnectionState, TunnelConnection } from '../../shared/tunnel.ts';
import { afterEvent, isInUse, newTunnel, withState } from './tunnel-view.ts';

const tunnel = newTunnel({
  id: 't',
  draft: null,
  vmId: '/vm',
  vmName: 'web-01',
  bastionName: 'bas',
  remotePort: 22,
  state: { kind: 'listening', sinceMs: 0, address: '127.0.0.1', port: 5 },
});

const open: ConnectionState = { kind: 'open', openedAtMs: 1 };
const closed: ConnectionState = { kind: 'closed', atMs: 2, reason: 'local-end', error: null };

function connection(number: number, state: ConnectionState, perSecond = 0): TunnelConnection {
  return {
    number,
    acceptedAt: 0,
    client: '127.0.0.1:9',
    state,
    timings: [],
    sentBytes: 0,
    receivedBytes: 0,
    sentPerSecond: perSecond,
    receivedPerSecond: 2 * perSecond,
    roundTripMs: null,
  };
}

const progress = (connections: readonly TunnelConnection[]) =>
  ({ kind: 'progress', tunnelId: 't', connections, sentBytes: 7, receivedBytes: 8, roundTripMs: 9 }) as const;

test('connections are merged by number; rates are those of the open ones', () => {
  const first = afterEvent(tunnel, progress([connection(2, open, 10), connection(1, open, 5)]));
  expect(first).toMatchObject({
    openConnections: 2,
    sentPerSecond: 15,
    receivedPerSecond: 30,
    sentBytes: 7,
    receivedBytes: 8,
    roundTripMs: 9,
  });
  const second = afterEvent(first, progress([connection(1, closed, 5)]));
  expect(second.connections.map((each) => [each.number, each.state.kind])).toEqual([
    [1, 'closed'],
    [2, 'open'],
  ]);
  expect(second).toMatchObject({ openConnections: 1, sentPerSecond: 10 });
});

test('of those that have ended the latest twenty stay, and every open one', () => {
  const many = Array.from({ length: 60 }, (_each, index) => connection(index, index === 3 ? open : closed));
  const { connections } = afterEvent(tunnel, progress(many));
  expect(connections).toHaveLength(21);
  expect(connections[0]?.number).toBe(3);
  expect(connections.at(-1)?.number).toBe(59);
});

test('programs that were turned away are kept, not without end', () => {
  let now = tunnel;
  for (let count = 0; count < 30; count++) {
    const client = { client: `127.0.0.1:${count}`, reason: 'r', uid: 1, at: count };
    now = afterEvent(now, { kind: 'refused', tunnelId: 't', client });
  }
  expect(now.refused).toHaveLength(20);
  expect(now.refused.at(-1)?.at).toBe(29);
});

test('a tunnel that is not listening moves nothing', () => {
  const moving = afterEvent(tunnel, progress([connection(1, open, 10)]));
  expect(afterEvent(moving, { kind: 'idle-closed', tunnelId: 't' })).toMatchObject({
    state: { kind: 'stopped', why: 'idle' },
    sentPerSecond: 0,
  });
  const failed = withState(moving, { kind: 'failed', atMs: 0, error: appError('no-bastion') });
  expect(failed).toMatchObject({ sentPerSecond: 0, receivedPerSecond: 0 });
  expect(withState(moving, { kind: 'stopping' }).sentPerSecond).toBe(10);
});

test('a program that has closed its half no longer keeps the app open', () => {
  const draining: ConnectionState = { kind: 'draining', sinceMs: 3 };
  const later = (...states: ConnectionState[]) =>
    afterEvent(tunnel, progress(states.map((state, index) => connection(index, state))));
  expect(isInUse(later(closed, draining))).toBe(false);
  expect(isInUse(later(draining, open))).toBe(true);
  expect(isInUse(later({ kind: 'connecting', step: 'token' }))).toBe(true);
  expect(later(draining).openConnections).toBe(1);
});
