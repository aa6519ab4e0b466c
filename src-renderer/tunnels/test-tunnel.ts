import { appError } from '../../shared/errors.ts';
import type { ConnectionState, Tunnel, TunnelConnection } from '../../shared/tunnel.ts';

/** An open connection, for tests. */
export const connection: TunnelConnection = {
  number: 1,
  acceptedAt: 0,
  client: '127.0.0.1:50000',
  state: { kind: 'open', openedAtMs: 100 },
  timings: [],
  sentBytes: 10,
  receivedBytes: 2048,
  sentPerSecond: 0,
  receivedPerSecond: 0,
  roundTripMs: null,
};

/** The state of a connection that never came to be, for tests. */
export const failedState: ConnectionState = {
  kind: 'closed',
  atMs: 100,
  reason: 'failed',
  error: appError('bastion-busy'),
};

/** A tunnel that listens, for tests. */
export const tunnel: Tunnel = {
  id: 't',
  draft: {
    vmId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-01',
    remotePort: 22,
    localPort: null,
    address: 'own',
    audience: 'same-user',
    isKept: false,
    idleCloseMinutes: null,
    maximumConnections: 256,
  },
  vmId: '/vm',
  vmName: 'web-01',
  bastionName: 'bas-hub-weu',
  remotePort: 22,
  state: { kind: 'listening', sinceMs: 0, address: '127.93.1.2', port: 40_022 },
  connections: [],
  openConnections: 0,
  sentBytes: 0,
  receivedBytes: 0,
  sentPerSecond: 0,
  receivedPerSecond: 0,
  roundTripMs: null,
  refused: [],
};
