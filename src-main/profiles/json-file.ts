import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { errorCodeOf } from '../net/network-errors.ts';
import { TurnQueue } from './turn-queue.ts';

/**
 * What reading a file gave: its value, nothing there, a damaged file that was set aside under another name, or a file
 * that is there but could not be read, which still lies in its place.
 */
export type Loaded<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly asidePath: string; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Whether an error says that there is no such file, as opposed to one that cannot be read. */
export function isAbsent(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOENT';
}

/** Writes text so that a reader sees the old or the new whole, even after a crash or on a full disk. */
export async function writeAtomically(path: string, data: string | Buffer): Promise<Result<null>> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFileAtomic(path, data, { mode: 0o600 });
    return ok(null);
  } catch (error) {
    return err(appError('save-failed', { detail: `${path}: ${describeError(error)}` }));
  }
}

/** Moves a file that cannot be used out of the way, so that it can be repaired by hand. Returns its new path. */
export async function setAside(path: string, nowMs: number): Promise<string> {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const asidePath = `${path}.damaged-${stamp}`;
  await rename(path, asidePath);
  return asidePath;
}

/**
 * A JSON file with a schema, one writer, atomic writes. Reads and writes are queued, so the last write wins.
 * A damaged file is set aside and reported, never replaced in silence; while a file is known to be there but cannot be
 * read, nothing is written over it.
 */
export class JsonFile<T> {
  private readonly path: string;
  private readonly schema: z.ZodType<T>;
  private readonly nowMs: () => number;
  private readonly turns = new TurnQueue();
  /** Why the file that is there could not be read; null if it may be written. */
  private unreadable: string | null = null;

  constructor(path: string, schema: z.ZodType<T>, nowMs: () => number = Date.now) {
    this.path = path;
    this.schema = schema;
    this.nowMs = nowMs;
  }

  /** Reads the file. Never throws: see {@link Loaded}. */
  load(): Promise<Loaded<T>> {
    return this.turns.run(async () => {
      const loaded = await this.read();
      this.unreadable = loaded.kind === 'unreadable' ? loaded.reason : null;
      return loaded;
    });
  }

  /** Replaces the file. Fails without a change if the last `load` found a file that it could not read. */
  save(value: T): Promise<Result<null>> {
    return this.turns.run(async () =>
      this.unreadable === null
        ? writeAtomically(this.path, `${JSON.stringify(value, null, 2)}\n`)
        : err(appError('save-failed', { detail: `${this.path}: ${this.unreadable}` })),
    );
  }

  private async read(): Promise<Loaded<T>> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      return isAbsent(error) ? { kind: 'absent' } : { kind: 'unreadable', reason: describeError(error) };
    }
    const parsed = this.parse(text);
    if (typeof parsed !== 'string') return { kind: 'value', value: parsed.value };
    try {
      return { kind: 'damaged', asidePath: await setAside(this.path, this.nowMs()), reason: parsed };
    } catch (error) {
      return { kind: 'unreadable', reason: `${parsed}; not set aside: ${describeError(error)}` };
    }
  }

  private parse(text: string): string | { readonly value: T } {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      return describeError(error);
    }
    const parsed = this.schema.safeParse(json);
    if (parsed.success) return { value: parsed.data };
    const issue = parsed.error.issues[0];
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown form'}`;
  }
}
