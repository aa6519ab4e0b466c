import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';

/** What reading a file gave: its value, nothing there, or a damaged file that was set aside under another name. */
export type Loaded<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly asidePath: string; readonly reason: string };

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
 * A JSON file with a schema, one writer, atomic writes. Writes are queued, so the last one wins.
 * A damaged file is set aside and reported, never replaced in silence.
 */
export class JsonFile<T> {
  private readonly path: string;
  private readonly schema: z.ZodType<T>;
  private readonly nowMs: () => number;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(path: string, schema: z.ZodType<T>, nowMs: () => number = Date.now) {
    this.path = path;
    this.schema = schema;
    this.nowMs = nowMs;
  }

  async load(): Promise<Loaded<T>> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'absent' };
      // Unreadable (rights, a folder in its place): renaming it could fail as well, so it is only reported.
      return { kind: 'damaged', asidePath: this.path, reason: describeError(error) };
    }
    const reason = this.parse(text);
    if (typeof reason !== 'string') return { kind: 'value', value: reason.value };
    return { kind: 'damaged', asidePath: await setAside(this.path, this.nowMs()), reason };
  }

  async save(value: T): Promise<Result<null>> {
    const write = this.queue.then(() => writeAtomically(this.path, `${JSON.stringify(value, null, 2)}\n`));
    this.queue = write;
    return write;
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
