import { type ReactNode, useState } from 'react';
import type { Tunnel } from '../../shared/tunnel.ts';
import { Button } from '../ui/Button.tsx';
import { ConnectionItem } from './ConnectionItem.tsx';

/** Connections that are drawn before somebody asks for more. */
const firstShown = 30;

/** The connections of a tunnel, the latest first. */
export function ConnectionList({ tunnel }: { readonly tunnel: Tunnel }): ReactNode {
  const [shown, setShown] = useState(firstShown);
  const latestFirst = tunnel.connections.toReversed();
  const [latest] = latestFirst;
  if (latest === undefined) {
    return (
      <p className="soft small">
        No program has connected yet. Nothing is asked of the Bastion before one does.
      </p>
    );
  }
  const more = latestFirst.length - shown;
  return (
    <>
      <ol className="connections" aria-label={`Connections to ${tunnel.vmName}`}>
        {latestFirst.slice(0, shown).map((connection) => (
          <ConnectionItem
            key={connection.number}
            connection={connection}
            isInitiallyOpen={connection.number === latest.number}
          />
        ))}
      </ol>
      {more > 0 && (
        <Button kind="link" onPress={() => setShown(shown + firstShown)}>
          Show {Math.min(more, firstShown)} more
        </Button>
      )}
    </>
  );
}
