import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import type { Session, SessionState } from '../../shared/session.ts';
import { logSession } from './session-log.ts';

test('states are written down without what ssh said of accounts', () => {
  const lines: unknown[] = [];
  const write = (event: string, fields?: object) => lines.push([event, fields]);
  const log = { info: write, warn: write, error: write };
  const error = appError('ssh-auth-failed', { detail: 'ada@10.1.1.4: Permission denied' });
  const states: SessionState[] = [
    { kind: 'connecting' },
    { kind: 'open', sinceMs: 0 },
    { kind: 'failed', atMs: 0, error },
  ];
  for (const state of states) logSession(log, { id: 's', user: 'ada', state } as Session);
  expect(lines).toEqual([
    ['session-open', { sessionId: 's' }],
    ['session-failed', { sessionId: 's', code: 'ssh-auth-failed' }],
  ]);
});
