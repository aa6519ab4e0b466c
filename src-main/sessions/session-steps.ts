import type { ConnectionStep } from '../../shared/tunnel.ts';
import { type Step, type StepName, stepNames } from '../../shared/session.ts';

/** The steps of a connection that has not begun. Remote Desktop's sign-in happens in its own client. */
export function waitingSteps(kind: 'ssh' | 'rdp'): readonly Step[] {
  const names = kind === 'ssh' ? stepNames : stepNames.filter((name) => name !== 'authenticated');
  return names.map((name) => ({ name, state: 'waiting', durationMs: null }));
}

/** Marks a step as running, and everything before it as done. */
export function beginStep(steps: readonly Step[], name: StepName): Step[] {
  const index = steps.findIndex((step) => step.name === name);
  return steps.map((step, at) => {
    if (at < index && step.state !== 'done') return { ...step, state: 'done' };
    return at === index && step.state === 'waiting' ? { ...step, state: 'running' } : step;
  });
}

/** Marks a step as done and the next one as running. */
export function finishStep(steps: readonly Step[], name: StepName, durationMs: number): Step[] {
  const index = steps.findIndex((step) => step.name === name);
  const done = steps.map((step, at): Step => (at === index ? { ...step, state: 'done', durationMs } : step));
  const next = done[index + 1];
  return next === undefined ? done : beginStep(done, next.name);
}

/** Marks the running step, or the named one, as the one that failed. */
export function failStep(steps: readonly Step[], name: StepName | null): Step[] {
  const index =
    name === null
      ? steps.findIndex((step) => step.state !== 'done')
      : steps.findIndex((step) => step.name === name);
  return steps.map((step, at) => (at === index ? { ...step, state: 'failed' } : step));
}

/** The step of a session that is over when this one of the engine is; null: it is no step of its own to the user. */
export function finishedBy(step: ConnectionStep): StepName | null {
  if (step === 'token') return 'token';
  if (step === 'upgrade') return 'websocket';
  return step === 'first-byte' ? 'banner' : null;
}

/** The step of a session on which a failure of the engine stands. */
export function sessionStepOf(step: ConnectionStep): StepName {
  if (step === 'admission' || step === 'sign-in' || step === 'endpoint' || step === 'token') return 'token';
  return step === 'first-byte' ? 'banner' : 'websocket';
}
