import { type AppError, appError } from '../../shared/errors.ts';
import type { Session, SessionState, StepName } from '../../shared/session.ts';
import { describeError } from '../log/logger.ts';
import type { TunnelEvent } from '../tunnel/tunnel-types.ts';
import { beginStep, failStep, waitingSteps } from './session-steps.ts';

/** A session that begins to connect, with nothing left of an earlier try. */
export function begun(session: Session): Session {
  return {
    ...session,
    state: { kind: 'connecting' },
    retry: null,
    steps: beginStep(waitingSteps(session.kind), 'sign-in'),
    sentBytes: 0,
    receivedBytes: 0,
    roundTripMs: null,
  };
}

/** A session whose try is over; a failure stays on the step that failed. */
export function ended(session: Session, state: SessionState, failedStep: StepName | null): Session {
  return {
    ...session,
    state,
    steps: state.kind === 'failed' ? failStep(session.steps, failedStep) : session.steps,
  };
}

/** A session with new byte counts. */
export function withTraffic(session: Session, traffic: TunnelEvent & { kind: 'progress' }): Session {
  const { sentBytes, receivedBytes, roundTripMs } = traffic;
  return { ...session, sentBytes, receivedBytes, roundTripMs };
}

export function failed(error: AppError): SessionState {
  return { kind: 'failed', atMs: Date.now(), error };
}

export function closed(exitCode: number | null): SessionState {
  return { kind: 'closed', atMs: Date.now(), exitCode };
}

/** What a try came to. Never rejects: a bug ends the session, too, in a state that can connect again. */
export async function outcomeOf(work: Promise<SessionState>): Promise<SessionState> {
  try {
    return await work;
  } catch (error) {
    return failed(appError('unexpected', { detail: describeError(error) }));
  }
}
