import { Monitor } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Session } from '../../shared/session.ts';
import { ConnectingView } from './ConnectingView.tsx';
import { sessionAddress } from './session-words.ts';
import { StepList } from './StepList.tsx';

/** A Remote Desktop session: the client has a window of its own, this page only says how it stands. */
export function RdpView({ session }: { readonly session: Session }): ReactNode {
  if (session.state.kind !== 'open') return <ConnectingView session={session} />;
  return (
    <div className="connecting">
      <div className="connecting-content">
        <h2 className="page-title selectable">Connected to {sessionAddress(session)}</h2>
        <StepList kind="rdp" steps={session.steps} />
        <p className="rdp-note">
          <Monitor className="icon soft" aria-hidden />
          Remote Desktop runs in its own window. Disconnecting here ends its connection through the Bastion.
        </p>
      </div>
    </div>
  );
}
