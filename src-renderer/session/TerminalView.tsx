import '@xterm/xterm/css/xterm.css';
import { type ReactNode, useEffect, useRef } from 'react';
import { openTerminalMenu } from './terminal-keys.ts';
import { terminalOf } from './terminals.ts';

interface TerminalViewProps {
  readonly sessionId: string;
  readonly label: string;
  readonly isConnected: boolean;
}

/** Shows a session's terminal, edge to edge. The terminal itself lives on when this goes. */
export function TerminalView({ sessionId, label, isConnected }: TerminalViewProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const handle = terminalOf(sessionId);
    handle.mount(element);
    return () => handle.unmount();
  }, [sessionId]);

  useEffect(() => {
    if (isConnected) terminalOf(sessionId).focus();
  }, [sessionId, isConnected]);

  return (
    // The menu key and the mouse reach the terminal’s menu here; xterm has the keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={container}
      className="terminal-pane"
      aria-label={label}
      data-testid="terminal"
      data-session-id={sessionId}
      onContextMenu={(event) => {
        event.preventDefault();
        openTerminalMenu(terminalOf(sessionId), event.clientX, event.clientY);
      }}
    />
  );
}
