import { ChevronRight, Pin, SquareTerminal, Users } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { Tunnel } from '../../shared/tunnel.ts';
import { ErrorLine } from '../ui/ErrorLine.tsx';
import { formatExact } from '../ui/format.ts';
import { NamedIcon } from '../ui/NamedIcon.tsx';
import { ConnectionList } from './ConnectionList.tsx';
import { CopyAddress } from './CopyAddress.tsx';
import { RefusedClients } from './RefusedClients.tsx';
import { TunnelActions } from './TunnelActions.tsx';
import {
  latestFailure,
  localEnd,
  remotePortText,
  tunnelStateText,
  tunnelTitle,
  tunnelTraffic,
} from './tunnel-words.ts';

const marks: Readonly<Record<Tunnel['state']['kind'], string>> = {
  waiting: 'connecting',
  opening: 'connecting',
  listening: 'open',
  stopping: 'connecting',
  stopped: 'closed',
  failed: 'failed',
};

function StateText({ tunnel }: { readonly tunnel: Tunnel }): ReactNode {
  const { state } = tunnel;
  const atMs = state.kind === 'listening' ? state.sinceMs : 'atMs' in state ? state.atMs : null;
  return (
    <span className="tunnel-state" {...(atMs === null ? {} : { title: `Since ${formatExact(atMs)}` })}>
      <span className={`state-dot state-${marks[state.kind]}`} aria-hidden />
      {tunnelStateText(tunnel)}
    </span>
  );
}

function Marks({ tunnel }: { readonly tunnel: Tunnel }): ReactNode {
  if (tunnel.draft === null) {
    return (
      <span className="tunnel-mark" title="It belongs to a session and ends with it">
        <SquareTerminal className="icon" aria-hidden />
        of a session
      </span>
    );
  }
  return (
    <>
      {tunnel.draft.audience === 'any-user' && (
        <NamedIcon icon={Users} label="Every user of this computer may connect" className="icon warn" />
      )}
      {tunnel.draft.isKept && <NamedIcon icon={Pin} label="Kept across restarts of the app" />}
    </>
  );
}

/** One tunnel: where it leads, where it listens, what moves; behind it its connections. */
export function TunnelRow({ tunnel }: { readonly tunnel: Tunnel }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const end = localEnd(tunnel);
  const failure = latestFailure(tunnel);
  return (
    <li
      className="tunnel"
      aria-label={`Tunnel to ${tunnelTitle(tunnel)}`}
      data-tunnel-id={tunnel.id}
      data-state={tunnel.state.kind}
    >
      <div className="tunnel-head">
        <button
          type="button"
          className="disclosure-button tunnel-open"
          aria-expanded={isOpen}
          {...(isOpen ? { 'aria-controls': id } : {})}
          onClick={() => setOpen(!isOpen)}
        >
          <ChevronRight className="icon" aria-hidden />
          <strong>{tunnel.vmName}</strong>
          <span className="soft">{remotePortText(tunnel.remotePort)}</span>
        </button>
        {end !== null && <CopyAddress tunnel={tunnel} address={end.address} port={end.port} />}
        <StateText tunnel={tunnel} />
        <Marks tunnel={tunnel} />
        <span className="section-gap" />
        {tunnel.draft !== null && <TunnelActions tunnel={tunnel} />}
      </div>
      <p className="tunnel-traffic soft small">
        {tunnelTraffic(tunnel).map((part) => (
          <span key={part}>{part}</span>
        ))}
        {tunnel.bastionName !== '' && <span>via {tunnel.bastionName}</span>}
      </p>
      {tunnel.state.kind === 'failed' && <ErrorLine error={tunnel.state.error} />}
      {tunnel.refused.length > 0 && <RefusedClients tunnel={tunnel} />}
      {failure !== null && !isOpen && <ErrorLine intro="The latest connection failed." error={failure} />}
      {isOpen && (
        <div id={id} className="tunnel-details">
          <ConnectionList tunnel={tunnel} />
        </div>
      )}
    </li>
  );
}
