import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { connection, failedState, tunnel } from './test-tunnel.ts';
import {
  connectionStateText,
  groupRefused,
  latestFailure,
  openTunnelCount,
  readyLines,
  remotePortText,
  sortTunnels,
  tunnelStateText,
  tunnelTraffic,
} from './tunnel-words.ts';

test('ports are named after their usual service', () => {
  expect(remotePortText(5432)).toBe('port 5432, PostgreSQL');
  expect(remotePortText(7)).toBe('port 7');
});

test('ready lines fit the port', () => {
  const texts = (port: number) => readyLines(port, '127.0.0.1', 4000, '').map((line) => line.text);
  expect(texts(22)).toEqual(['127.0.0.1:4000', '4000', 'ssh -p 4000 USER@127.0.0.1']);
  expect(readyLines(22, '127.0.0.1', 4000, 'ada').at(-1)?.text).toBe('ssh -p 4000 ada@127.0.0.1');
  expect(texts(5432)).toContain('psql -h 127.0.0.1 -p 4000 -U USER');
  expect(texts(3389)).toEqual(['127.0.0.1:4000', '4000']);
  expect(texts(7)).toEqual(['127.0.0.1:4000', '4000']);
});

test('traffic is told as far as it means something', () => {
  expect(tunnelTraffic({ ...tunnel, openConnections: 1, roundTripMs: 23.4, sentPerSecond: 2048 })).toEqual([
    '1 open connection',
    '↑ 2.0 KB/s ↓ 0 B/s',
    '23 ms round trip',
    '0 B sent, 0 B received',
  ]);
  const stopped = { ...tunnel, state: { kind: 'stopped', atMs: 0, why: 'idle' } } as const;
  expect(tunnelTraffic(stopped)).toEqual(['0 open connections', '0 B sent, 0 B received']);
  expect(tunnelStateText(stopped)).toBe('Stopped, it was not used');
});

test('tunnels of sessions come last and do not count', () => {
  const ofSession = { ...tunnel, id: 's', draft: null, vmName: 'a' };
  const other = { ...tunnel, id: 'u', vmName: 'db-01' };
  expect(sortTunnels([ofSession, tunnel, other]).map(({ id }) => id)).toEqual(['u', 't', 's']);
  expect(openTunnelCount({ t: tunnel, s: ofSession })).toBe(1);
});

test('states of connections are told in words', () => {
  expect(connectionStateText({ kind: 'connecting', step: 'tls' }, 0)).toBe('connecting: tls');
  const error = appError('bastion-busy');
  expect(connectionStateText({ kind: 'waiting', retryAtMs: 3000, error }, 1000)).toBe(
    'trying again in 2.0 s',
  );
  expect(connectionStateText(failedState, 0)).toBe('failed');
});

test('refused programs of one user are one entry; a full tunnel is no question of trust', () => {
  const client = { client: '127.0.0.1:1', reason: 'the program runs as user id 65534', uid: 65_534, at: 1 };
  const full = { client: '127.0.0.1:2', reason: '2 connections are open already', uid: null, at: 3 };
  expect(groupRefused([client, { ...client, at: 2 }, full])).toMatchObject([
    { count: 1, canAllow: false },
    { count: 2, uid: 65_534, canAllow: true, latest: { at: 2 } },
  ]);
});

test('a failure is told while it is the latest that happened', () => {
  const failed = { ...connection, state: failedState };
  expect(latestFailure({ ...tunnel, connections: [connection, failed] })?.code).toBe('bastion-busy');
  expect(latestFailure({ ...tunnel, connections: [failed, connection] })).toBeNull();
  const error = appError('local-client-refused');
  const refused = { ...failed, state: { kind: 'closed', atMs: 1, reason: 'failed', error } as const };
  expect(latestFailure({ ...tunnel, connections: [refused] })).toBeNull();
});
