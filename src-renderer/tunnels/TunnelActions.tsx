import { Play, Square, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Tunnel } from '../../shared/tunnel.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { plural } from '../ui/format.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { tunnelTitle } from './tunnel-words.ts';

type TunnelCall = 'tunnel:start' | 'tunnel:stop' | 'tunnel:remove';

/** Stop, Start again and Remove. Remove asks while connections are open; Stop says how many it cuts. */
export function TunnelActions({ tunnel }: { readonly tunnel: Tunnel }): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { kind } = tunnel.state;
  const open = tunnel.openConnections;
  const isUp = kind === 'opening' || kind === 'listening' || kind === 'stopping';
  const title = tunnelTitle(tunnel);

  async function act(call: TunnelCall): Promise<void> {
    setAsking(false);
    setBusy(true);
    await run(bridge().calls[call]({ id: tunnel.id }));
    setBusy(false);
  }

  if (isAsking && open > 0) {
    return (
      // Escape answers the question with Keep.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
      <fieldset
        className="tunnel-question"
        onKeyDown={(event) => {
          if (event.key === 'Escape') setAsking(false);
        }}
      >
        <legend className="visually-hidden">Remove the tunnel to {title}?</legend>
        <span>Removing it cuts {plural(open, 'open connection')}.</span>
        <Button kind="danger" takesFocus onPress={() => void act('tunnel:remove')}>
          Remove
        </Button>
        <Button onPress={() => setAsking(false)}>Keep</Button>
      </fieldset>
    );
  }
  return (
    <span className="tunnel-actions">
      {isUp ? (
        <Button
          kind="quiet"
          isDisabled={isBusy || kind === 'stopping'}
          aria-label={`Stop the tunnel to ${title}${open > 0 ? `, which cuts ${plural(open, 'connection')}` : ''}`}
          onPress={() => void act('tunnel:stop')}
        >
          <Square className="icon" aria-hidden />
          Stop{open > 0 ? ` (cuts ${String(open)})` : ''}
        </Button>
      ) : (
        <Button
          kind="quiet"
          isDisabled={isBusy}
          aria-label={`Start the tunnel to ${title} again`}
          onPress={() => void act('tunnel:start')}
        >
          <Play className="icon" aria-hidden />
          Start again
        </Button>
      )}
      <IconButton
        icon={Trash2}
        label={`Remove the tunnel to ${title}`}
        isDisabled={isBusy}
        onPress={() => {
          if (open > 0) setAsking(true);
          else void act('tunnel:remove');
        }}
      />
    </span>
  );
}
