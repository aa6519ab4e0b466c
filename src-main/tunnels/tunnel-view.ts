import type { Tunnel, TunnelConnection, TunnelState } from '../../shared/tunnel.ts';
import type { TunnelEvent } from '../tunnel/tunnel-types.ts';

/** Connections that have ended are kept up to here, for a look at what happened. */
const keptEnded = 20;
const keptRefused = 20;

/** What a tunnel that has just been asked for looks like. */
export function newTunnel(
  facts: Pick<Tunnel, 'id' | 'draft' | 'vmId' | 'vmName' | 'bastionName' | 'remotePort' | 'state'>,
): Tunnel {
  return {
    ...facts,
    connections: [],
    openConnections: 0,
    sentBytes: 0,
    receivedBytes: 0,
    sentPerSecond: 0,
    receivedPerSecond: 0,
    roundTripMs: null,
    refused: [],
  };
}

/** A tunnel after something happened in the engine. */
export function afterEvent(tunnel: Tunnel, event: TunnelEvent): Tunnel {
  switch (event.kind) {
    case 'progress': {
      const connections = merged(tunnel.connections, event.connections);
      const live = connections.filter((each) => each.state.kind !== 'closed');
      return {
        ...tunnel,
        connections,
        openConnections: live.length,
        sentBytes: event.sentBytes,
        receivedBytes: event.receivedBytes,
        sentPerSecond: sum(live, (each) => each.sentPerSecond),
        receivedPerSecond: sum(live, (each) => each.receivedPerSecond),
        roundTripMs: event.roundTripMs,
      };
    }
    case 'refused':
      return { ...tunnel, refused: [...tunnel.refused, event.client].slice(-keptRefused) };
    case 'idle-closed':
      return withState(tunnel, { kind: 'stopped', atMs: Date.now(), why: 'idle' });
    case 'step':
    case 'failed':
    case 'closed':
      return tunnel; // the next progress tells it
  }
}

/** A tunnel in another state; one that is not listening moves nothing. */
export function withState(tunnel: Tunnel, state: TunnelState): Tunnel {
  if (state.kind === 'listening' || state.kind === 'stopping') return { ...tunnel, state };
  return { ...tunnel, state, sentPerSecond: 0, receivedPerSecond: 0 };
}

/** Whether a program would be cut off: one that has closed its half and only waits for the rest would not. */
export function isInUse({ connections }: Pick<Tunnel, 'connections'>): boolean {
  return connections.some(({ state }) => state.kind !== 'closed' && state.kind !== 'draining');
}

function merged(before: readonly TunnelConnection[], news: readonly TunnelConnection[]): TunnelConnection[] {
  const byNumber = new Map(before.map((each) => [each.number, each]));
  for (const each of news) byNumber.set(each.number, each);
  const all = [...byNumber.values()].toSorted((a, b) => a.number - b.number);
  const ended = all.filter((each) => each.state.kind === 'closed');
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - keptEnded)));
  return all.filter((each) => !dropped.has(each));
}

function sum(list: readonly TunnelConnection[], of: (each: TunnelConnection) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
