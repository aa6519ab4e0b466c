import { ShieldAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Tunnel } from '../../shared/tunnel.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { formatAgo, formatExact, plural } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { groupRefused, type RefusedGroup } from './tunnel-words.ts';

function allow(id: string, uid: number | null): void {
  void run(bridge().calls['tunnel:allow']({ id, uid }));
}

interface RefusedProps {
  readonly id: string;
  readonly group: RefusedGroup;
  readonly isOfSession: boolean;
}

function Refused({ id, group, isOfSession }: RefusedProps): ReactNode {
  const nowMs = useNow(15_000);
  const who = group.uid === null ? 'everybody on this computer' : `user id ${String(group.uid)}`;
  return (
    <li className="refused">
      <ShieldAlert className="icon warn" aria-hidden />
      <span className="refused-text">
        Turned away {group.count === 1 ? 'a local program' : plural(group.count, 'time', 'times')}:{' '}
        {group.reason}.{' '}
        <span className="soft" title={`${formatExact(group.latest.at)}, from ${group.latest.client}`}>
          {formatAgo(group.latest.at, nowMs)}
        </span>
      </span>
      {group.canAllow && !isOfSession && (
        <Button aria-label={`Allow ${who}…`} onPress={() => allow(id, group.uid)}>
          Allow…
        </Button>
      )}
    </li>
  );
}

/** Local programs that were turned away, and the way to let them in; nobody else gets into the tunnel of a session. */
export function RefusedClients({ tunnel }: { readonly tunnel: Tunnel }): ReactNode {
  return (
    <ul className="refused-list" aria-label="Programs that were turned away">
      {groupRefused(tunnel.refused).map((group) => (
        <Refused
          key={`${String(group.uid)} ${group.reason}`}
          id={tunnel.id}
          group={group}
          isOfSession={tunnel.draft === null}
        />
      ))}
    </ul>
  );
}
