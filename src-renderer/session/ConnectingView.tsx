import type { ReactNode } from 'react';
import type { Session } from '../../shared/session.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { FailureActions } from './FailureActions.tsx';
import { sessionAddress } from './session-words.ts';
import { StepList } from './StepList.tsx';

function heading(session: Session): string {
  switch (session.state.kind) {
    case 'connecting':
      return `Connecting to ${sessionAddress(session)}`;
    case 'failed':
      return `Could not connect to ${sessionAddress(session)}`;
    case 'lost':
      return `Lost ${sessionAddress(session)}`;
    case 'closed':
      return `The session with ${sessionAddress(session)} has ended`;
    case 'open':
      return sessionAddress(session);
  }
}

function Outcome({ session }: { readonly session: Session }): ReactNode {
  const { state } = session;
  switch (state.kind) {
    case 'connecting':
      return (
        <Button onPress={() => void run(bridge().calls['session:disconnect']({ id: session.id }))}>
          Cancel
        </Button>
      );
    case 'failed':
    case 'lost':
      return (
        <ErrorBlock error={state.error}>
          <FailureActions session={session} error={state.error} retryLabel="Try again" />
        </ErrorBlock>
      );
    case 'closed':
      return (
        <Button
          kind="primary"
          onPress={() => void run(bridge().calls['session:reconnect']({ id: session.id }))}
        >
          Connect again
        </Button>
      );
    case 'open':
      return null;
  }
}

/** A connection in the making: its steps, and where it stopped if it did. */
export function ConnectingView({ session }: { readonly session: Session }): ReactNode {
  return (
    <div className="connecting">
      <div className="connecting-content">
        <h2 className="page-title selectable">{heading(session)}</h2>
        <StepList kind={session.kind} steps={session.steps} />
        <Outcome session={session} />
      </div>
    </div>
  );
}
