import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { noProgress, readLogLine, type SshProgress } from './ssh-log.ts';

/** How often a growing log is read. A file and a clock work the same on every system; watching files does not. */
const everyMs = 60;

/**
 * Reads the client's log file and keeps what it means. It is read at the end; while `ssh` runs only for the one thing that
 * cannot wait, and only where nothing else tells it: that the client has signed in.
 */
export class LogTail {
  private readonly path: string;
  private readonly onAuthenticated: (() => void) | null;
  private readonly decoder = new StringDecoder('utf8');
  private file: FileHandle | null = null;
  private rest = '';
  private reading: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;
  private current: SshProgress = noProgress;
  private finished: Promise<SshProgress> | null = null;

  /** `onAuthenticated` is called once; null where the client tells by itself. */
  constructor(path: string, onAuthenticated: (() => void) | null) {
    this.path = path;
    this.onAuthenticated = onAuthenticated;
    if (onAuthenticated !== null) this.timer = setInterval(() => void this.read(), everyMs);
  }

  /** Stops following; resolves with everything the log has said. May be called again. */
  finish(): Promise<SshProgress> {
    this.finished ??= this.readToEnd();
    return this.finished;
  }

  private async readToEnd(): Promise<SshProgress> {
    this.stopFollowing();
    await this.read();
    this.take(`${this.rest}\n`);
    await this.file?.close();
    return this.current;
  }

  private stopFollowing(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private read(): Promise<void> {
    this.reading = this.reading.then(() => this.readNew());
    return this.reading;
  }

  private async readNew(): Promise<void> {
    try {
      this.file ??= await open(this.path, 'r');
      const buffer = Buffer.alloc(16_384);
      for (;;) {
        const { bytesRead } = await this.file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return;
        this.take(this.rest + this.decoder.write(buffer.subarray(0, bytesRead)));
      }
    } catch {
      // Not written yet, or removed at the end: the next turn or `finish` has what there is.
    }
  }

  private take(text: string): void {
    const lines = text.split(/\r?\n/);
    this.rest = lines.pop() ?? '';
    const wasAuthenticated = this.current.isAuthenticated;
    for (const line of lines) this.current = readLogLine(this.current, line);
    if (wasAuthenticated || !this.current.isAuthenticated) return;
    this.stopFollowing();
    this.onAuthenticated?.();
  }
}
