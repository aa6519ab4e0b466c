import { type ReactNode, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Session } from '../../shared/session.ts';
import { openConnectOptions, reportError, run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { useSignInAgain } from '../account/use-sign-in-again.ts';
import { Button } from '../ui/Button.tsx';

interface FailureActionsProps {
  readonly session: Session;
  readonly error: AppError;
  /** The word on the main button: “Try again” or “Reconnect”. */
  readonly retryLabel: string;
}

/** The buttons for what can be done about a session that could not be made or was lost. */
export function FailureActions({ session, error, retryLabel }: FailureActionsProps): ReactNode {
  const [isForgotten, setForgotten] = useState(false);
  const signInAgain = useSignInAgain(session.vmId, error.code);
  const isKeyChanged = error.code === 'ssh-host-key-changed';

  async function forgetKey(): Promise<void> {
    const result = await bridge().calls['host-key:forget']({ sessionId: session.id });
    if (result.ok) setForgotten(result.value);
    else reportError(result.error);
  }

  return (
    <>
      <Button
        kind={isKeyChanged && !isForgotten ? 'normal' : 'primary'}
        onPress={() => void run(bridge().calls['session:reconnect']({ id: session.id }))}
      >
        {retryLabel}
      </Button>
      <Button onPress={() => openConnectOptions(session.vmId, session.kind)}>Edit connection…</Button>
      {signInAgain !== null && <Button onPress={signInAgain}>Sign in again</Button>}
      {isKeyChanged && !isForgotten && <Button onPress={() => void forgetKey()}>Forget pinned key…</Button>}
      {isForgotten && <output>The pinned key is forgotten.</output>}
    </>
  );
}
