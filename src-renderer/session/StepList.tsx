import { Circle, CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Session, Step } from '../../shared/session.ts';
import { formatStepTime } from '../ui/format.ts';
import { stepText } from './session-words.ts';

function StepIcon({ state }: { readonly state: Step['state'] }): ReactNode {
  switch (state) {
    case 'waiting':
      return <Circle className="icon soft" aria-hidden />;
    case 'running':
      return <LoaderCircle className="icon spin step-running" aria-hidden />;
    case 'done':
      return <CircleCheck className="icon good" aria-hidden />;
    case 'failed':
      return <CircleX className="icon bad" aria-hidden />;
  }
}

/** Counts up while a step runs, so that a slow one is seen to be slow. */
function RunningTime(): ReactNode {
  const [startedAtMs] = useState(() => performance.now());
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setElapsedMs(performance.now() - startedAtMs), 200);
    return () => clearInterval(timer);
  }, [startedAtMs]);
  return <>{elapsedMs < 1000 ? '' : formatStepTime(elapsedMs)}</>;
}

const stateWords: Readonly<Record<Step['state'], string>> = {
  waiting: 'waiting',
  running: 'in progress',
  done: 'done',
  failed: 'failed',
};

interface StepListProps {
  readonly kind: Session['kind'];
  readonly steps: readonly Step[];
}

/** The steps of a connection as they happen, with their times. */
export function StepList({ kind, steps }: StepListProps): ReactNode {
  const running = steps.find((step) => step.state === 'running');
  return (
    <>
      <ol className="steps" aria-label="Connection steps">
        {steps.map((step) => (
          <li
            key={step.name}
            className={`step step-${step.state}`}
            data-step={step.name}
            data-state={step.state}
          >
            <StepIcon state={step.state} />
            <span className="step-name">{stepText(step.name, kind)}</span>
            <span className="visually-hidden">, {stateWords[step.state]}</span>
            <span className="step-time">
              {step.durationMs !== null ? (
                formatStepTime(step.durationMs)
              ) : step.state === 'running' ? (
                <RunningTime />
              ) : null}
            </span>
          </li>
        ))}
      </ol>
      <output className="visually-hidden">
        {running === undefined ? '' : `Now: ${stepText(running.name, kind)}`}
      </output>
    </>
  );
}
