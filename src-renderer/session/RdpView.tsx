import { Monitor } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Session } from '../../shared/session.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ConnectingView } from './ConnectingView.tsx';
import { sessionAddress } from './session-words.ts';

/** A Remote Desktop session: the client has a window of its own, this page only says how it stands. */
export function RdpView({ session }: { readonly session: Session }): ReactNode {
  if (session.state.kind !== 'open') return <ConnectingView session={session} />;
  return (
    <div className="empty">
      <Monitor aria-hidden />
      <h2 className="page-title">Connected to {sessionAddress(session)}</h2>
      <p>Remote Desktop runs in its own window. Its connection through the Bastion ends with this tab.</p>
      <Button onPress={() => void run(bridge().calls['session:disconnect']({ id: session.id }))}>
        Disconnect
      </Button>
    </div>
  );
}
