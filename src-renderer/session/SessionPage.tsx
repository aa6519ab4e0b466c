import { Upload } from 'lucide-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import type { Session } from '../../shared/session.ts';
import { reportError, showPanel } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { ConnectingView } from './ConnectingView.tsx';
import { RdpView } from './RdpView.tsx';
import { SessionBanner } from './SessionBanner.tsx';
import { SessionBar } from './SessionBar.tsx';
import { sessionAddress, sessionTitle } from './session-words.ts';
import { TerminalView } from './TerminalView.tsx';
import { hasScrollback } from './terminals.ts';

/** True while files, and not text, are dragged. */
function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes('Files');
}

async function offerFiles(sessionId: string, files: readonly File[]): Promise<void> {
  const result = await bridge().offerFiles(sessionId, files);
  if (result.ok) showPanel('transfers');
  else reportError(result.error);
}

function SshContent({ session }: { readonly session: Session }): ReactNode {
  const isOpen = session.state.kind === 'open';
  // A session that was open keeps its terminal whatever happens to it; before that there are only the steps.
  if (!isOpen && !hasScrollback(session.id)) return <ConnectingView session={session} />;
  return (
    <>
      <SessionBanner session={session} />
      <TerminalView
        sessionId={session.id}
        label={`Terminal ${sessionAddress(session)}`}
        isConnected={isOpen}
      />
    </>
  );
}

/** The page of a session: its steps, its terminal, its bar; files dropped here are offered for upload. */
export function SessionPage({ sessionId }: { readonly sessionId: string }): ReactNode {
  const session = useAppState((state) => state.sessions[sessionId]);
  const [isDropTarget, setDropTarget] = useState(false);
  const depth = useRef(0);

  if (session === undefined) {
    return (
      <div className="empty">
        <output>Opening the session…</output>
      </div>
    );
  }
  const takesFiles = session.kind === 'ssh' && session.state.kind === 'open';
  const endDrag = () => {
    depth.current = 0;
    setDropTarget(false);
  };
  return (
    // Files can be dropped anywhere on the page; there is no key for a drop.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className="session-page"
      aria-label={sessionTitle(session)}
      data-session-id={session.id}
      data-state={session.state.kind}
      onDragEnter={(event) => {
        if (!takesFiles || !carriesFiles(event)) return;
        depth.current += 1;
        setDropTarget(true);
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) endDrag();
      }}
      onDragOver={(event) => {
        if (!takesFiles || !carriesFiles(event)) return;
        event.preventDefault();
        // The window around would say that nothing can be dropped.
        event.stopPropagation();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        event.preventDefault();
        endDrag();
        // The list of files is empty once this handler has returned.
        const files = [...event.dataTransfer.files];
        if (takesFiles && files.length > 0) void offerFiles(session.id, files);
      }}
    >
      {session.kind === 'ssh' ? <SshContent session={session} /> : <RdpView session={session} />}
      <SessionBar session={session} />
      {isDropTarget && (
        <output className="drop-overlay">
          <Upload aria-hidden />
          Drop to upload to ~ on {session.vmName}
        </output>
      )}
    </section>
  );
}
