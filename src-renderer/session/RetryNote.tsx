import type { ReactNode } from 'react';
import type { Session } from '../../shared/session.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { useNow } from '../ui/use-now.ts';
import { retryText } from './session-words.ts';

/** How often the countdown is drawn. */
const tickMs = 250;

interface RetryNoteProps {
  readonly sessionId: string;
  readonly retry: NonNullable<Session['retry']>;
}

/** The countdown to the next try, which main counts, and the buttons that do not wait for it or end it. */
export function RetryNote({ sessionId, retry }: RetryNoteProps): ReactNode {
  const nowMs = useNow(tickMs);
  return (
    <>
      <span className="retry-text" role="timer">
        {retryText(retry, nowMs)}
      </span>
      <Button kind="primary" onPress={() => void run(bridge().calls['session:reconnect']({ id: sessionId }))}>
        Reconnect now
      </Button>
      <Button onPress={() => void run(bridge().calls['session:disconnect']({ id: sessionId }))}>
        Cancel
      </Button>
    </>
  );
}
