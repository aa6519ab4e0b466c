import { CircleHelp, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TrustPrompt } from '../../shared/trust.ts';
import { Button } from '../ui/Button.tsx';
import { PromptFrame } from './PromptFrame.tsx';
import type { AnswerPrompt } from './TrustApp.tsx';

interface ConfirmPromptProps {
  readonly prompt: TrustPrompt & { kind: 'confirm' };
  readonly onAnswer: AnswerPrompt;
}

/** A plain decision with the lines it is about. No is the answer that Enter gives. */
export function ConfirmPrompt({ prompt, onAnswer }: ConfirmPromptProps): ReactNode {
  const isDanger = prompt.tone === 'danger';
  return (
    <PromptFrame
      icon={isDanger ? TriangleAlert : CircleHelp}
      tone={isDanger ? 'bad' : 'soft'}
      title={prompt.title}
      subject={prompt.subject}
      buttons={
        <>
          <Button takesFocus onPress={() => onAnswer(false)}>
            Cancel
          </Button>
          <Button kind={isDanger ? 'danger' : 'primary'} onPress={() => onAnswer(true)}>
            {prompt.confirmLabel}
          </Button>
        </>
      }
    >
      <p className="selectable">{prompt.text}</p>
      {prompt.lines.length > 0 && (
        <ul className="trust-lines selectable">
          {prompt.lines.map((line, index) => (
            <li key={`${String(index)}-${line}`}>{line}</li>
          ))}
        </ul>
      )}
    </PromptFrame>
  );
}
