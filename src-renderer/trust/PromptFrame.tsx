import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';

interface PromptFrameProps {
  readonly icon: LucideIcon;
  readonly tone: 'soft' | 'warn' | 'bad';
  readonly title: string;
  /** Which machine or action it is about. */
  readonly subject: string;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
}

/**
 * How long a new prompt takes no input: the window comes to the front by itself, and what somebody was typing or clicking
 * elsewhere must not decide anything.
 */
const armAfterMs = 500;

/** The frame of every decision: what it is about on top, the buttons at the bottom. */
export function PromptFrame({
  icon: Icon,
  tone,
  title,
  subject,
  children,
  buttons,
}: PromptFrameProps): ReactNode {
  const [isArmed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), armAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className="trust" aria-labelledby="trust-title" aria-describedby="trust-subject">
      <header className="trust-head">
        <Icon className={`trust-icon ${tone}`} aria-hidden />
        <div>
          <h1 id="trust-title">{title}</h1>
          <p id="trust-subject" className="soft selectable">
            {subject}
          </p>
        </div>
      </header>
      {/* Made anew when it takes input, so that what wants the focus gets it then. */}
      <fieldset key={String(isArmed)} className="trust-fields" disabled={!isArmed}>
        <div className="trust-body">{children}</div>
        <footer className="trust-buttons">{buttons}</footer>
      </fieldset>
    </main>
  );
}
