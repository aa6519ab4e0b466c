import type { Session } from '../../shared/session.ts';
import type { Log } from '../log/logger.ts';

/** Writes down a new state of a session; what it is called on the machine is nobody's business. */
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
      log.warn('session-lost', { sessionId: id, code: state.error.code, detail: state.error.detail });
      break;
    case 'failed':
      log.error('session-failed', { sessionId: id, code: state.error.code, detail: state.error.detail });
  }
}
