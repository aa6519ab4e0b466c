import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface PromptFrameProps {
  readonly icon: LucideIcon;
  readonly tone: 'soft' | 'warn' | 'bad';
  readonly title: string;
  /** Which machine or action it is about. */
  readonly subject: string;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
}

/** The frame of every decision: what it is about on top, the buttons at the bottom. */
export function PromptFrame({
  icon: Icon,
  tone,
  title,
  subject,
  children,
  buttons,
}: PromptFrameProps): ReactNode {
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
      <div className="trust-body">{children}</div>
      <footer className="trust-buttons">{buttons}</footer>
    </main>
  );
}
