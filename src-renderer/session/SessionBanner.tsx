import { Info, LoaderCircle, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Session } from '../../shared/session.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorDetails } from '../ui/ErrorBlock.tsx';
import { formatAgo, formatExact, formatTimeOfDay } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { FailureActions } from './FailureActions.tsx';
import { RetryNote } from './RetryNote.tsx';
import { stepText } from './session-words.ts';

function When({ atMs, verb }: { readonly atMs: number; readonly verb: string }): ReactNode {
  const nowMs = useNow(15_000);
  return (
    <span className="soft" title={formatExact(atMs)}>
      {verb} at {formatTimeOfDay(atMs)}, {formatAgo(atMs, nowMs)}
    </span>
  );
}

interface TroubleProps {
  readonly session: Session;
  readonly error: AppError;
  readonly atMs: number;
  readonly verb: string;
  readonly retryLabel: string;
}

function Trouble({ session, error, atMs, verb, retryLabel }: TroubleProps): ReactNode {
  return (
    <div className="banner banner-bad" role="alert">
      <Unplug className="icon bad" aria-hidden />
      <div className="banner-text">
        <p className="selectable">
          <strong>{error.message}</strong> {error.next}
        </p>
        <p className="small">
          <When atMs={atMs} verb={verb} />
        </p>
        <ErrorDetails error={error} />
      </div>
      <div className="button-row">
        {session.retry === null ? (
          <FailureActions session={session} error={error} retryLabel={retryLabel} />
        ) : (
          <RetryNote sessionId={session.id} retry={session.retry} />
        )}
      </div>
    </div>
  );
}

/** Over a terminal that is not live: what happened, when, and what can be done. Nothing while it is live. */
export function SessionBanner({ session }: { readonly session: Session }): ReactNode {
  const { state } = session;
  switch (state.kind) {
    case 'open':
      return null;
    case 'connecting': {
      const running = session.steps.find((step) => step.state === 'running');
      return (
        <output className="banner">
          <LoaderCircle className="icon spin" aria-hidden />
          <span className="banner-text">
            Reconnecting{running === undefined ? '…' : `: ${stepText(running.name, session.kind)}`}
          </span>
          <Button onPress={() => void run(bridge().calls['session:disconnect']({ id: session.id }))}>
            Cancel
          </Button>
        </output>
      );
    }
    case 'lost':
      return (
        <Trouble session={session} error={state.error} atMs={state.atMs} verb="Lost" retryLabel="Reconnect" />
      );
    case 'failed':
      return (
        <Trouble
          session={session}
          error={state.error}
          atMs={state.atMs}
          verb="Failed"
          retryLabel="Try again"
        />
      );
    case 'closed':
      return (
        <output className="banner">
          <Info className="icon soft" aria-hidden />
          <span className="banner-text">
            The session has ended
            {state.exitCode === null || state.exitCode === 0
              ? ''
              : ` with exit code ${String(state.exitCode)}`}
            . <When atMs={state.atMs} verb="Ended" />
          </span>
          <Button
            kind="primary"
            onPress={() => void run(bridge().calls['session:reconnect']({ id: session.id }))}
          >
            Reconnect
          </Button>
        </output>
      );
  }
}
