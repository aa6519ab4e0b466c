import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import type { TrustAnswer, TrustPrompt } from '../../shared/trust.ts';
import type { PromptBody, TrustOutcome } from '../trust.ts';
import { comesFrom, openSecureWindow } from './secure-window.ts';

interface Waiting {
  readonly prompt: TrustPrompt;
  readonly settle: (outcome: TrustOutcome) => void;
}

const page = 'trust.html';

/**
 * The small window where passwords, host keys and changes are decided. Main owns it; the big window can neither see
 * the answer nor give it. Prompts queue up and are shown one at a time.
 */
export class TrustWindow {
  private readonly preload: string;
  private readonly parent: () => BrowserWindow | null;
  private window: BrowserWindow | null = null;
  private queue: Waiting[] = [];
  private nextId = 1;

  constructor(preload: string, parent: () => BrowserWindow | null) {
    this.preload = preload;
    this.parent = parent;
  }

  /** The prompt on screen. */
  current(): TrustPrompt | null {
    return this.queue[0]?.prompt ?? null;
  }

  /** Shows a prompt when its turn comes. Aborting the signal takes it off the screen. */
  ask(body: PromptBody, signal?: AbortSignal): Promise<TrustOutcome> {
    if (signal?.aborted === true) return Promise.resolve({ kind: 'cancelled' });
    return new Promise((resolve) => {
      const prompt = { ...body, id: `trust-${this.nextId++}` } as TrustPrompt;
      const cancel = () => this.finish(prompt.id, { kind: 'cancelled' });
      signal?.addEventListener('abort', cancel, { once: true });
      const settle = (outcome: TrustOutcome) => {
        signal?.removeEventListener('abort', cancel);
        resolve(outcome);
      };
      this.queue.push({ prompt, settle });
      this.show();
    });
  }

  answer(answer: TrustAnswer): void {
    this.finish(
      answer.id,
      answer.accept ? { kind: 'accepted', secret: answer.secret ?? '' } : { kind: 'refused' },
    );
  }

  isSender(event: IpcMainInvokeEvent): boolean {
    return comesFrom(event, this.window, page);
  }

  /** Cancels everything that waits and closes the window. */
  dispose(): void {
    const waiting = this.queue;
    this.queue = [];
    for (const each of waiting) each.settle({ kind: 'cancelled' });
    this.window?.destroy();
    this.window = null;
  }

  private finish(id: string, outcome: TrustOutcome): void {
    const index = this.queue.findIndex((each) => each.prompt.id === id);
    const [found] = index < 0 ? [] : this.queue.splice(index, 1);
    found?.settle(outcome);
    if (found !== undefined) this.show();
  }

  private show(): void {
    const prompt = this.current();
    if (prompt === null) {
      this.window?.hide();
      this.window?.webContents.send('trust:prompt', null);
      this.parent()?.focus();
      return;
    }
    if (this.window === null) {
      this.window = this.open();
      return;
    }
    this.window.webContents.send('trust:prompt', prompt);
    if (!this.window.isVisible()) this.window.show();
    this.window.focus();
  }

  private open(): BrowserWindow {
    const parent = this.parent();
    const window = openSecureWindow(page, this.preload, {
      width: 480,
      height: 460,
      show: false,
      resizable: true,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      autoHideMenuBar: true,
      title: 'Sallyport: your decision',
      ...(parent === null ? {} : { parent }),
    });
    window.once('ready-to-show', () => {
      if (this.current() !== null) window.show();
    });
    // Closing the window refuses what it shows; the window itself stays for the next prompt.
    window.on('close', (event) => {
      const shown = this.current();
      if (shown === null) return;
      event.preventDefault();
      this.finish(shown.id, { kind: 'cancelled' });
    });
    window.on('closed', () => {
      this.window = null;
    });
    return window;
  }
}
