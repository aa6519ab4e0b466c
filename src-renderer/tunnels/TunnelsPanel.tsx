import { type ReactNode, useMemo } from 'react';
import { useAppState } from '../state/app-store.ts';
import { sortTunnels } from './tunnel-words.ts';
import { TunnelRow } from './TunnelRow.tsx';

/** All tunnels: those that the user opened, and those of sessions. */
export function TunnelsPanel(): ReactNode {
  const tunnels = useAppState((state) => state.tunnels);
  const sorted = useMemo(() => sortTunnels(Object.values(tunnels)), [tunnels]);
  if (sorted.length === 0) {
    return (
      <div className="panel-empty soft">
        <p>No tunnels.</p>
        <p>
          A tunnel gives your own programs a local port that leads to one port of a machine: a database
          client, a browser, another SSH program. Open one with Tunnel… on the page of a machine.
        </p>
      </div>
    );
  }
  return (
    <ul aria-label="Tunnels">
      {sorted.map((tunnel) => (
        <TunnelRow key={tunnel.id} tunnel={tunnel} />
      ))}
    </ul>
  );
}
