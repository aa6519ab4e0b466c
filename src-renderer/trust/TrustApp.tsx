import { type ReactNode, useEffect, useState } from 'react';
import type { TrustPrompt } from '../../shared/trust.ts';
import { trustBridge } from './bridge.ts';
import { ConfirmPrompt } from './ConfirmPrompt.tsx';
import { HostKeyChangedPrompt, HostKeyUnknownPrompt } from './HostKeyPrompts.tsx';
import { SecretPrompt } from './SecretPrompt.tsx';

/** Gives the answer to a prompt; `secret` only where one was asked for. */
export type AnswerPrompt = (accept: boolean, secret?: string) => void;

function usePrompt(): TrustPrompt | null {
  const [prompt, setPrompt] = useState<TrustPrompt | null>(null);
  useEffect(() => {
    let isNewer = false;
    const unsubscribe = trustBridge().events['trust:prompt']((next) => {
      isNewer = true;
      setPrompt(next);
    });
    void trustBridge()
      .calls['trust:current'](null)
      .then((result) => {
        // A prompt that was pushed meanwhile is the newer one.
        if (result.ok && !isNewer) setPrompt(result.value);
      });
    return unsubscribe;
  }, []);
  return prompt;
}

function PromptView({
  prompt,
  onAnswer,
}: {
  readonly prompt: TrustPrompt;
  readonly onAnswer: AnswerPrompt;
}): ReactNode {
  switch (prompt.kind) {
    case 'secret':
      return <SecretPrompt prompt={prompt} onAnswer={onAnswer} />;
    case 'host-key-unknown':
      return <HostKeyUnknownPrompt prompt={prompt} onAnswer={onAnswer} />;
    case 'host-key-changed':
      return <HostKeyChangedPrompt prompt={prompt} onAnswer={onAnswer} />;
    case 'confirm':
      return <ConfirmPrompt prompt={prompt} onAnswer={onAnswer} />;
  }
}

/** The trust window: one decision at a time. Escape always means no. */
export function TrustApp(): ReactNode {
  const prompt = usePrompt();
  const [answeredId, setAnsweredId] = useState<string | null>(null);
  const isOpen = prompt !== null && prompt.id !== answeredId;

  const answer: AnswerPrompt = (accept, secret) => {
    if (prompt === null || prompt.id === answeredId) return;
    setAnsweredId(prompt.id);
    void trustBridge().calls['trust:answer']({
      id: prompt.id,
      accept,
      ...(secret === undefined ? {} : { secret }),
    });
  };

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') answer(false);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });

  if (!isOpen) {
    return <main className="trust-empty soft">Nothing to decide.</main>;
  }
  return <PromptView key={prompt.id} prompt={prompt} onAnswer={answer} />;
}
