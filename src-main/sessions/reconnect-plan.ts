import type { ErrorCode } from '../../shared/errors.ts';
import type { SessionState } from '../../shared/session.ts';

/** Seconds before each try to get a lost session back; after the last one a person decides. */
export const retryDelaysMs: readonly number[] = [1000, 2000, 4000, 8000, 16_000, 30_000];

/** A connection that held for so long was a good one: the next loss begins with the shortest delay again. */
export const steadyMs = 60_000;

/** Failures that may pass by themselves. Everything else needs a person: a new password would be asked at the sixth try too. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'arm-unreachable',
  'arm-throttled',
  'authority-unreachable',
  'bastion-busy',
  'bastion-internal',
  'bastion-unreachable',
  'proxy-unreachable',
  'target-silent',
  'tunnel-lost',
  'websocket-refused',
]);

/** Whether a session in this state may be connected again without a person. `hasTries`: it was lost, and tries followed. */
export function mayRetry(state: SessionState, hasTries: boolean): boolean {
  if (state.kind === 'lost') return passing.has(state.error.code);
  return state.kind === 'failed' && hasTries && passing.has(state.error.code);
}
