import { ArrowDown, ArrowUp, BookmarkPlus, Unplug } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { Session } from '../../shared/session.ts';
import { newDraft } from '../profiles/draft.ts';
import { ProfileForm } from '../profiles/ProfileForm.tsx';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { formatBytes, formatClock, formatExact } from '../ui/format.ts';
import { NamedIcon } from '../ui/NamedIcon.tsx';
import { useNow } from '../ui/use-now.ts';
import { sessionAddress, sessionStateText } from './session-words.ts';

function Duration({ sinceMs }: { readonly sinceMs: number }): ReactNode {
  const nowMs = useNow(1000);
  return <span title={`Connected since ${formatExact(sinceMs)}`}>{formatClock(nowMs - sinceMs)}</span>;
}

function SaveConnection({ session }: { readonly session: Session }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const plan = useAppState((state) => state.details[session.vmId]?.plan);
  const draft = newDraft({
    vmId: session.vmId,
    vmName: session.vmName,
    protocol: session.kind,
    user: session.user,
    port: session.port,
    method: plan?.user === session.user ? plan.method : null,
    keyPath: plan?.user === session.user ? plan.keyPath : null,
  });
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <AriaButton className="bar-button">
        <BookmarkPlus className="icon" aria-hidden />
        Save connection
      </AriaButton>
      <Popover className="popover" placement="top end">
        <Dialog className="popover-form" aria-label="Save connection">
          <ProfileForm profileId={null} initial={draft} onDone={() => setOpen(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** Who is where, over which Bastion, how fast, how much, for how long; and the buttons of the session. */
export function SessionBar({ session }: { readonly session: Session }): ReactNode {
  const isLive = session.state.kind === 'open' || session.state.kind === 'connecting';
  return (
    <section className="session-bar small" aria-label="Session">
      <span className="session-facts">
        <strong className="selectable">{sessionAddress(session)}</strong>
        {session.bastionName !== '' && (
          <>
            <span className="session-dot">·</span>
            <span>via {session.bastionName}</span>
          </>
        )}
        {session.roundTripMs !== null && session.state.kind === 'open' && (
          <>
            <span className="session-dot">·</span>
            <span title="Round trip to the Bastion">{Math.round(session.roundTripMs)} ms</span>
          </>
        )}
        <span className="session-dot">·</span>
        <span className="session-bytes" title="Sent and received through the tunnel">
          <NamedIcon icon={ArrowUp} label="sent" className="icon" />
          {formatBytes(session.sentBytes)}
          <NamedIcon icon={ArrowDown} label="received" className="icon" />
          {formatBytes(session.receivedBytes)}
        </span>
        <span className="session-dot">·</span>
        {session.state.kind === 'open' ? (
          <Duration sinceMs={session.state.sinceMs} />
        ) : (
          <span>{sessionStateText(session)}</span>
        )}
      </span>
      <SaveConnection session={session} />
      {/* A session that is not live has its Reconnect on the page, beside what happened. */}
      {isLive && (
        <AriaButton
          className="bar-button"
          onPress={() => void run(bridge().calls['session:disconnect']({ id: session.id }))}
        >
          <Unplug className="icon" aria-hidden />
          Disconnect
        </AriaButton>
      )}
    </section>
  );
}
