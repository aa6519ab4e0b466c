import { Eye, EyeOff, KeyRound, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { TrustPrompt } from '../../shared/trust.ts';
import { Button } from '../ui/Button.tsx';
import { PromptFrame } from './PromptFrame.tsx';
import type { AnswerPrompt } from './TrustApp.tsx';

interface SecretPromptProps {
  readonly prompt: TrustPrompt & { kind: 'secret' };
  readonly onAnswer: AnswerPrompt;
}

const formId = 'secret-form';

/** Asks for a password, passphrase or code, and says so if the remote machine chose the words. */
export function SecretPrompt({ prompt, onAnswer }: SecretPromptProps): ReactNode {
  const [secret, setSecret] = useState('');
  const [isShown, setShown] = useState(prompt.echo);
  return (
    <PromptFrame
      icon={KeyRound}
      tone="soft"
      title={prompt.title}
      subject={prompt.subject}
      buttons={
        <>
          <Button onPress={() => onAnswer(false)}>Cancel</Button>
          <button type="submit" form={formId} className="button button-primary">
            Continue
          </button>
        </>
      }
    >
      {prompt.fromServer && (
        <p className="trust-mark">
          <TriangleAlert className="icon warn" aria-hidden />
          Asked by the remote machine:
        </p>
      )}
      <form
        id={formId}
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          onAnswer(true, secret);
        }}
      >
        <label htmlFor="secret" className={prompt.fromServer ? 'trust-remote' : ''}>
          {prompt.prompt}
        </label>
        <div className="secret-row">
          <input
            id="secret"
            className="input"
            type={isShown ? 'text' : 'password'}
            value={secret}
            maxLength={65_536}
            // The window was opened for this field.
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setSecret(event.target.value)}
          />
          {!prompt.echo && (
            <button
              type="button"
              className="icon-button"
              aria-label={isShown ? 'Hide what is typed' : 'Show what is typed'}
              aria-pressed={isShown}
              onClick={() => setShown(!isShown)}
            >
              {isShown ? <EyeOff className="icon" aria-hidden /> : <Eye className="icon" aria-hidden />}
            </button>
          )}
        </div>
      </form>
    </PromptFrame>
  );
}
