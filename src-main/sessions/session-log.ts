import type { Session } from '../../shared/session.ts';
import type { Log } from '../log/logger.ts';

/** Writes down a new state of a session. Not the words of `ssh`: they name accounts, and the log may be shown to others. */
export function logSession(log: Log, { id, state }: Session): void {
  switch (state.kind) {
    case 'connecting':
      break;
    case 'open':
      log.info('session-open', { sessionId: id });
      break;
    case 'closed':
      log.info('session-closed', { sessionId: id });
      break;
    case 'lost':
      log.warn('session-lost', { sessionId: id, code: state.error.code });
      break;
    case 'failed':
      log.error('session-failed', { sessionId: id, code: state.error.code });
  }
}
