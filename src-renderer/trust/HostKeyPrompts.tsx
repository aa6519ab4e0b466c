import { ShieldAlert, ShieldQuestionMark } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TrustPrompt } from '../../shared/trust.ts';
import { Button } from '../ui/Button.tsx';
import { PromptFrame } from './PromptFrame.tsx';
import type { AnswerPrompt } from './TrustApp.tsx';

function Fingerprint(props: {
  readonly label: string;
  readonly keyType: string;
  readonly fingerprint: string;
}): ReactNode {
  return (
    <div className="fingerprint">
      <dt>
        {props.label} <span className="soft">({props.keyType})</span>
      </dt>
      <dd className="mono selectable">{props.fingerprint}</dd>
    </div>
  );
}

interface UnknownProps {
  readonly prompt: TrustPrompt & { kind: 'host-key-unknown' };
  readonly onAnswer: AnswerPrompt;
}

/** Asks whether a host key that was not seen before may be trusted. No is the answer that Enter gives. */
export function HostKeyUnknownPrompt({ prompt, onAnswer }: UnknownProps): ReactNode {
  return (
    <PromptFrame
      icon={ShieldQuestionMark}
      tone="warn"
      title="Is this the right machine?"
      subject={prompt.subject}
      buttons={
        <>
          <Button onPress={() => onAnswer(true)}>Trust and connect</Button>
          <Button kind="primary" takesFocus onPress={() => onAnswer(false)}>
            Cancel
          </Button>
        </>
      }
    >
      <p className="selectable">{prompt.explanation}</p>
      <dl>
        <Fingerprint label="Host key" keyType={prompt.keyType} fingerprint={prompt.fingerprint} />
      </dl>
      <p className="soft">
        Compare the fingerprint with one from a trusted source, such as the owner of the machine. If you trust
        it, it is pinned to this machine and not asked again.
      </p>
    </PromptFrame>
  );
}

interface ChangedProps {
  readonly prompt: TrustPrompt & { kind: 'host-key-changed' };
  readonly onAnswer: AnswerPrompt;
}

/** Says that a pinned host key has changed and shows both. There is nothing to accept here. */
export function HostKeyChangedPrompt({ prompt, onAnswer }: ChangedProps): ReactNode {
  return (
    <PromptFrame
      icon={ShieldAlert}
      tone="bad"
      title="The host key has changed"
      subject={prompt.subject}
      buttons={
        <Button kind="primary" takesFocus onPress={() => onAnswer(false)}>
          Close
        </Button>
      }
    >
      <p className="trust-warning">
        The machine showed another key than the one that was pinned to it. Somebody may be listening in, or
        its keys were made anew. The connection was stopped; no password and no key was offered.
      </p>
      <dl>
        <Fingerprint label="Shown now" {...prompt.offered} />
        {prompt.pinned.map((key) => (
          <Fingerprint key={`${key.keyType} ${key.fingerprint}`} label="Pinned" {...key} />
        ))}
      </dl>
      <p className="soft">
        Ask who runs the machine. If they changed the key, forget the pinned one on the page of the session
        and connect again.
      </p>
    </PromptFrame>
  );
}
