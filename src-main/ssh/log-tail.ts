import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { noProgress, readLogLine, type SshProgress } from './ssh-log.ts';

/** How often a growing log is read. A file and a clock work the same on every system; watching files does not. */
const everyMs = 60;

/** Follows the client's log file and keeps what it means. */
export class LogTail {
  private readonly path: string;
  private readonly onProgress: (progress: SshProgress) => void;
  private readonly decoder = new StringDecoder('utf8');
  private file: FileHandle | null = null;
  private rest = '';
  private reading: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null;
  private current: SshProgress = noProgress;

  constructor(path: string, onProgress: (progress: SshProgress) => void) {
    this.path = path;
    this.onProgress = onProgress;
    this.timer = setInterval(() => void this.read(), everyMs);
  }

  get progress(): SshProgress {
    return this.current;
  }

  /** Stops following; resolves with everything the log has said. */
  async finish(): Promise<SshProgress> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.read();
    this.take(`${this.rest}\n`);
    await this.file?.close();
    this.file = null;
    return this.current;
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
    const before = this.current;
    for (const line of lines) this.current = readLogLine(this.current, line);
    if (this.current !== before) this.onProgress(this.current);
  }
}
