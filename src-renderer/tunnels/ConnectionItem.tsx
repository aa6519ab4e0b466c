import { ChevronRight, CircleCheck, CircleDot, CircleX, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useId, useState } from 'react';
import type { TunnelConnection } from '../../shared/tunnel.ts';
import { ErrorLine } from '../ui/ErrorLine.tsx';
import { formatExact, formatSpeed, formatStepTime, formatTimeOfDay } from '../ui/format.ts';
import { connectionBytes, connectionStateText } from './tunnel-words.ts';
import { layOutWaterfall } from './waterfall.ts';
import { WaterfallTable } from './WaterfallTable.tsx';

/** How often the bars of a connection grow that is still being made. */
const tickMs = 200;

function StateIcon({ connection }: { readonly connection: TunnelConnection }): ReactNode {
  const { state } = connection;
  switch (state.kind) {
    case 'connecting':
    case 'waiting':
      return <LoaderCircle className="icon spin" aria-hidden />;
    case 'open':
    case 'draining':
      return <CircleDot className="icon good" aria-hidden />;
    case 'closed':
      return state.reason === 'failed' ? (
        <CircleX className="icon bad" aria-hidden />
      ) : (
        <CircleCheck className="icon soft" aria-hidden />
      );
  }
}

/** The clock of a connection while it is being made; still afterwards. */
function useConnectionClock(connection: TunnelConnection): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  const isMoving =
    connection.state.kind === 'connecting' ||
    connection.state.kind === 'waiting' ||
    (connection.state.kind !== 'closed' && connection.timings.some((timing) => timing.endMs === null));
  useEffect(() => {
    if (!isMoving) return undefined;
    const timer = setInterval(() => setNowMs(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, [isMoving]);
  return nowMs - connection.acceptedAt;
}

function rateText(connection: TunnelConnection): string {
  const { sentPerSecond, receivedPerSecond } = connection;
  if (sentPerSecond + receivedPerSecond === 0) return '';
  return `↑ ${formatSpeed(sentPerSecond)} ↓ ${formatSpeed(receivedPerSecond)}`;
}

interface ConnectionItemProps {
  readonly connection: TunnelConnection;
  readonly isInitiallyOpen: boolean;
}

/** One connection of a local program: how it stands, what it moved, why it ended; behind it the waterfall of its steps. */
export function ConnectionItem({ connection, isInitiallyOpen }: ConnectionItemProps): ReactNode {
  const [isOpen, setOpen] = useState(isInitiallyOpen);
  const id = useId();
  const nowMs = useConnectionClock(connection);
  const { state, roundTripMs } = connection;
  const error = state.kind === 'closed' || state.kind === 'waiting' ? state.error : null;
  const rates = rateText(connection);
  const waterfall = layOutWaterfall(connection, nowMs);
  return (
    <li className="connection" data-connection={connection.number} data-state={state.kind}>
      <button
        type="button"
        className="disclosure-button connection-head small"
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': id } : {})}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight className="icon" aria-hidden />
        <StateIcon connection={connection} />
        <span title={formatExact(connection.acceptedAt)}>{formatTimeOfDay(connection.acceptedAt)}</span>
        <strong>{connectionStateText(state, nowMs)}</strong>
        <span>{connectionBytes(connection)}</span>
        {rates !== '' && <span>{rates}</span>}
        {roundTripMs !== null && <span>{formatStepTime(roundTripMs)} round trip</span>}
        <span className="connection-client">from {connection.client}</span>
      </button>
      {isOpen && (
        <div id={id} className="connection-details">
          {error !== null &&
            (error.code === 'local-client-refused' ? (
              // The bar above says who it was, and has the button.
              <p className="soft small">{error.message}</p>
            ) : (
              <ErrorLine error={error} />
            ))}
          <WaterfallTable waterfall={waterfall} />
        </div>
      )}
    </li>
  );
}
