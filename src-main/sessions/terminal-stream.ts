import { terminalFlow, type TerminalInput, terminalInputSchema } from '../../shared/ipc.ts';

/** The page's end of a terminal: what Electron's MessagePortMain gives. */
export interface TerminalPort {
  readonly postMessage: (data: Uint8Array) => void;
  readonly onMessage: (listener: (data: unknown) => void) => void;
  readonly close: () => void;
}

/** The program's end of a terminal. */
export interface TerminalSource {
  readonly write: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Stops and restarts reading; the kernel then stops the program, and that stops the tunnel. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Output is joined for this long, so that a page gets few large messages. */
const batchMs = 5;

/** Kept while no page is attached: enough for what a login prints. The source is paused at the flow's high water. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Carries bytes between the program of a session and the page that shows it, with flow control. */
export class TerminalStream {
  private port: TerminalPort | null = null;
  private source: TerminalSource | null = null;
  private queue: Buffer[] = [];
  private queuedBytes = 0;
  private unacknowledgedBytes = 0;
  private isPaused = false;
  private timer: NodeJS.Timeout | null = null;
  size: TerminalSize = { columns: 80, rows: 24 };

  /** Takes a page's port; the previous one is closed. What waited goes to the new one. */
  attach(port: TerminalPort): void {
    this.port?.close();
    this.port = port;
    this.unacknowledgedBytes = 0;
    port.onMessage((data) => this.receive(data));
    this.flush();
    this.regulate();
  }

  /** Connects the program of a new try; null when it has ended: keys typed then are dropped. */
  setSource(source: TerminalSource | null): void {
    if (source !== null) {
      // The page closed its end when the previous program ended; what comes now waits for its new one.
      this.port?.close();
      this.port = null;
      this.unacknowledgedBytes = 0;
    }
    this.source = source;
    this.isPaused = false;
  }

  /** Output of the program. */
  push(bytes: Buffer): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    this.timer ??= setTimeout(() => this.flush(), batchMs);
    this.regulate();
  }

  /** Sends everything that waits now. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.port === null || this.queuedBytes === 0) return;
    // An exact copy: posting a Buffer would send the whole pool that it lives in, with whatever else is there.
    const bytes = new Uint8Array(Buffer.concat(this.queue, this.queuedBytes));
    const exact = bytes.slice();
    this.queue = [];
    this.queuedBytes = 0;
    this.unacknowledgedBytes += exact.length;
    this.port.postMessage(exact);
    this.regulate();
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.port?.close();
    this.port = null;
    this.source = null;
  }

  private receive(data: unknown): void {
    const parsed = terminalInputSchema.safeParse(data);
    if (parsed.success) this.apply(parsed.data);
  }

  private apply(input: TerminalInput): void {
    switch (input.kind) {
      case 'input':
        this.source?.write(input.text);
        break;
      case 'resize':
        this.size = { columns: input.columns, rows: input.rows };
        this.source?.resize(input.columns, input.rows);
        break;
      case 'ack':
        this.unacknowledgedBytes = Math.max(0, this.unacknowledgedBytes - input.bytes);
        this.regulate();
        break;
    }
  }

  private regulate(): void {
    const waiting = this.unacknowledgedBytes + this.queuedBytes;
    if (!this.isPaused && waiting > terminalFlow.highWaterBytes) {
      this.isPaused = true;
      this.source?.pause();
    } else if (this.isPaused && waiting < terminalFlow.lowWaterBytes) {
      this.isPaused = false;
      this.source?.resume();
    }
  }
}
