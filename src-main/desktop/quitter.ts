import { app } from 'electron';
import { describeError, drop, type FileLog } from '../log/logger.ts';
import type { TrustWindow } from './trust-window.ts';

/** How long the app may take to close tunnels and delete tokens before it goes anyway. */
const quitTimeoutMs = 12_000;

interface Ending {
  /** The sessions that an end would cut. */
  readonly liveNames: () => readonly string[];
  readonly dispose: () => Promise<void>;
}

/** Ends the app in order: asks once if sessions would be cut, then closes tunnels and deletes their tokens. */
export class Quitter {
  private readonly trust: TrustWindow;
  private readonly log: FileLog;
  private readonly ending: Ending;
  private state: 'running' | 'asking' | 'agreed' | 'disposed' = 'running';
  private startsAgain = false;

  constructor(trust: TrustWindow, log: FileLog, ending: Ending) {
    this.trust = trust;
    this.log = log;
    this.ending = ending;
  }

  /** Asked when the window is about to close. */
  mayClose(): boolean {
    if (this.state === 'agreed' || this.state === 'disposed') return true;
    const lines = this.ending.liveNames();
    if (lines.length === 0) {
      this.quitNow();
      return false;
    }
    if (this.state === 'running') drop(this.log, 'quit', this.askToQuit(lines));
    return false;
  }

  beforeQuit(event: { readonly preventDefault: () => void }): void {
    if (this.state === 'disposed') return;
    event.preventDefault();
    if (this.state !== 'agreed') this.mayClose();
  }

  /** Ends as the user would, and starts again; if sessions would be cut and the user does not want that, neither. */
  restart(): void {
    this.startsAgain = true;
    this.mayClose();
  }

  /** Ends without asking. */
  quitNow(): void {
    if (this.state === 'agreed' || this.state === 'disposed') return;
    this.state = 'agreed';
    this.trust.dispose();
    const timer = setTimeout(() => app.exit(1), quitTimeoutMs);
    this.ending
      .dispose()
      .catch((error: unknown) =>
        this.log.error('unexpected', { what: 'dispose', error: describeError(error) }),
      )
      .finally(() => {
        clearTimeout(timer);
        this.state = 'disposed';
        if (this.startsAgain) app.relaunch();
        app.exit(0);
      });
  }

  private async askToQuit(lines: readonly string[]): Promise<void> {
    this.state = 'asking';
    const answer = await this.trust.ask({
      kind: 'confirm',
      subject: 'Sallyport',
      title:
        lines.length === 1
          ? 'Close Sallyport and end this session?'
          : `Close Sallyport and end ${lines.length} sessions?`,
      text: lines.length === 1 ? 'What runs in it may be lost.' : 'What runs in them may be lost.',
      lines: [...lines],
      confirmLabel: 'End and close',
      tone: 'danger',
    });
    this.state = 'running';
    if (answer.kind === 'accepted') this.quitNow();
    else this.startsAgain = false;
  }
}
