import { terminalPortMessage } from '../../shared/ipc.ts';
import { reportError } from '../state/actions.ts';
import { currentState, useMirror } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { isDarkNow, onDarkChange } from '../ui/theme.ts';
import { isTerminalWindowKey } from './terminal-keys.ts';
import { TerminalHandle } from './terminal-handle.ts';

/** The terminals of all SSH sessions, by session id. */
const handles = new Map<string, TerminalHandle>();
/** When the connection began for which a terminal was asked last, by session id. */
const attachedSince = new Map<string, number>();

/** The terminal of a session, made when it is first needed. */
export function terminalOf(sessionId: string): TerminalHandle {
  const known = handles.get(sessionId);
  if (known !== undefined) return known;
  const handle = new TerminalHandle(
    {
      openLink: (url) => {
        void bridge()
          .calls['link:open']({ url })
          .then((result) => {
            if (!result.ok) reportError(result.error);
          });
      },
      isWindowKey: (event) => isTerminalWindowKey(event, handle),
      isMac: currentState()?.platform === 'darwin',
    },
    isDarkNow(),
  );
  handles.set(sessionId, handle);
  return handle;
}

/** True if the session was connected at least once since this window was opened. */
export function hasScrollback(sessionId: string): boolean {
  return handles.get(sessionId)?.wasConnected ?? false;
}

async function attach(sessionId: string): Promise<void> {
  const result = await bridge().calls['terminal:attach']({ id: sessionId });
  if (!result.ok) {
    attachedSince.delete(sessionId);
    reportError(result.error);
  }
}

/** Follows the sessions: an open one gets its port, a lost one loses it, a forgotten one its terminal. */
function followSessions(): void {
  const sessions = useMirror.getState().snapshot?.state.sessions;
  if (sessions === undefined) return;
  for (const session of Object.values(sessions)) {
    if (session.kind !== 'ssh') continue;
    if (session.state.kind === 'open') {
      if (attachedSince.get(session.id) === session.state.sinceMs) continue;
      attachedSince.set(session.id, session.state.sinceMs);
      terminalOf(session.id);
      void attach(session.id);
    } else if (session.state.kind !== 'connecting') {
      attachedSince.delete(session.id);
      handles.get(session.id)?.disconnect();
    }
  }
  for (const [id, handle] of handles) {
    if (sessions[id] !== undefined) continue;
    handle.dispose();
    handles.delete(id);
    attachedSince.delete(id);
  }
}

function onPortMessage(event: MessageEvent<unknown>): void {
  if (event.source !== window || event.origin !== window.location.origin) return;
  const data = event.data;
  if (typeof data !== 'object' || data === null || !('kind' in data) || !('sessionId' in data)) return;
  if (data.kind !== terminalPortMessage || typeof data.sessionId !== 'string') return;
  const [port] = event.ports;
  if (port !== undefined) terminalOf(data.sessionId).connect(port);
}

/** Connects terminals to sessions for as long as the window lives. Returns the function that ends it. */
export function connectTerminals(): () => void {
  window.addEventListener('message', onPortMessage);
  const stopSessions = useMirror.subscribe(followSessions);
  const stopTheme = onDarkChange((isDark) => {
    for (const handle of handles.values()) handle.setDark(isDark);
  });
  followSessions();
  return () => {
    window.removeEventListener('message', onPortMessage);
    stopSessions();
    stopTheme();
  };
}
