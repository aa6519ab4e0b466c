import type { Session, StepName } from '../../shared/session.ts';

/** The name of a step as it is shown. */
export function stepText(name: StepName, kind: Session['kind']): string {
  switch (name) {
    case 'sign-in':
      return 'Sign-in';
    case 'bastion':
      return 'Bastion';
    case 'token':
      return 'Token';
    case 'websocket':
      return 'WebSocket';
    case 'banner':
      return kind === 'ssh' ? 'SSH banner' : 'Remote Desktop answers';
    case 'authenticated':
      return 'Authenticated';
  }
}

/** A session's state in one word, for tabs and screen readers. */
export function sessionStateText(session: Session): string {
  switch (session.state.kind) {
    case 'connecting':
      return 'connecting';
    case 'open':
      return 'connected';
    case 'lost':
      return 'lost';
    case 'failed':
      return 'failed';
    case 'closed':
      return 'ended';
  }
}

/** Who is where: `ada@web-01`. */
export function sessionAddress(session: Session): string {
  return session.user === '' ? session.vmName : `${session.user}@${session.vmName}`;
}

/** The title of a session's tab: `ssh web-01`. */
export function sessionTitle(session: Session): string {
  return `${session.kind} ${session.vmName}`;
}

/** When the next try to get a session back begins, and which one it is. */
export function retryText(retry: NonNullable<Session['retry']>, nowMs: number): string {
  const which = `try ${String(retry.attempt)} of ${String(retry.attempts)}`;
  if (retry.atMs === null) return `Waiting for the network, then ${which}`;
  return `Reconnecting in ${String(Math.max(0, Math.ceil((retry.atMs - nowMs) / 1000)))} s, ${which}`;
}
