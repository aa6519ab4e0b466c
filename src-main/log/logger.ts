import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { redact } from './redact.ts';

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writes one structured line. Field values are plain data; secrets are taken out when the line is written. */
export interface Log {
  readonly info: (event: string, fields?: Fields) => void;
  readonly warn: (event: string, fields?: Fields) => void;
  readonly error: (event: string, fields?: Fields) => void;
}

/** A file is rotated once above this size; one older file is kept. */
const maximumBytes = 4 * 1024 * 1024;

/** JSON lines in `folder/sallyport.log`, rotated, redacted at write, never more than one write in flight. */
export class FileLog implements Log {
  private readonly path: string;
  private readonly folder: string;
  private readonly nowMs: () => number;
  private pending = '';
  private writing: Promise<void> | null = null;

  constructor(folder: string, nowMs: () => number = Date.now) {
    this.folder = folder;
    this.path = join(folder, 'sallyport.log');
    this.nowMs = nowMs;
  }

  info(event: string, fields: Fields = {}): void {
    this.write('info', event, fields);
  }

  warn(event: string, fields: Fields = {}): void {
    this.write('warn', event, fields);
  }

  error(event: string, fields: Fields = {}): void {
    this.write('error', event, fields);
  }

  /** Resolves when everything written so far is on disk, or could not be put there. */
  async flush(): Promise<void> {
    while (this.writing !== null) await this.writing;
  }

  private write(level: string, event: string, fields: Fields): void {
    // Field by field, before quotes are escaped: the rules know texts as they are.
    const clean = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'string' ? redact(value) : value,
      ]),
    );
    const line = JSON.stringify({ at: new Date(this.nowMs()).toISOString(), level, event, ...clean });
    this.pending += `${redact(line)}\n`;
    this.writing ??= this.drain();
  }

  private async drain(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      while (this.pending !== '') {
        const chunk = this.pending;
        this.pending = '';
        const size = await stat(this.path).then(
          (found) => found.size,
          () => 0,
        );
        if (size > maximumBytes) await rename(this.path, `${this.path}.1`);
        await appendFile(this.path, chunk, { mode: 0o600 });
      }
    } catch {
      // A log that cannot be written (full disk) must not stop the work it reports on; the lines are lost.
      this.pending = '';
    } finally {
      this.writing = null;
    }
  }
}

/** Marks a promise as deliberately not awaited; its failure is a bug and is logged. */
export function drop(log: Log, what: string, promise: Promise<unknown>): void {
  promise.catch((error: unknown) => log.error('unexpected', { what, error: describeError(error) }));
}

/** An error in one line for the log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return redact(`${error.name}: ${error.message}${code}`);
}
