import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SecretBox } from '../profiles/secret-box.ts';
import { describeError, type Log } from '../log/logger.ts';
import { isAbsent, setAside, writeAtomically } from '../profiles/json-file.ts';
import { TurnQueue } from '../profiles/turn-queue.ts';
import type { ProxyCredentials } from './proxy.ts';

const fileSchema = z.record(z.string(), z.object({ user: z.string(), password: z.string() }));

/**
 * Names and passwords for proxies, by the proxy's own `host:port`: another proxy never gets them. Encrypted in one file,
 * or in memory only where no keyring exists. A file that is there but cannot be read is not written over.
 */
export class ProxySignIns {
  private readonly path: string;
  private readonly box: SecretBox;
  private readonly log: Log;
  private readonly turns = new TurnQueue();
  private known = new Map<string, ProxyCredentials>();
  private unreadable: string | null = null;

  constructor(path: string, box: SecretBox, log: Log) {
    this.path = path;
    this.box = box;
    this.log = log;
  }

  /** Reads the file once at start. */
  async load(): Promise<void> {
    if (this.box.kind === 'memory') return;
    let data: Buffer;
    try {
      data = await readFile(this.path);
    } catch (error) {
      if (!isAbsent(error)) this.block(describeError(error));
      return;
    }
    try {
      this.known = new Map(Object.entries(fileSchema.parse(JSON.parse(await this.box.decrypt(data)))));
    } catch (error) {
      // Another keyring, or a damaged file: the user is asked again.
      this.log.warn('proxy-sign-ins-damaged', { error: describeError(error) });
      await setAside(this.path, Date.now()).catch((failure: unknown) => this.block(describeError(failure)));
    }
  }

  get(host: string, port: number): ProxyCredentials | null {
    return this.known.get(nameOf(host, port)) ?? null;
  }

  /** Holds at once; null forgets. */
  set(host: string, port: number, credentials: ProxyCredentials | null): Promise<Result<null>> {
    if (credentials === null) this.known.delete(nameOf(host, port));
    else this.known.set(nameOf(host, port), credentials);
    return this.turns.run(() => this.save());
  }

  private async save(): Promise<Result<null>> {
    if (this.box.kind === 'memory') return ok(null);
    if (this.unreadable !== null) return notSaved(this.path, this.unreadable);
    try {
      const text = JSON.stringify(Object.fromEntries(this.known));
      return await writeAtomically(this.path, await this.box.encrypt(text));
    } catch (error) {
      return notSaved(this.path, describeError(error));
    }
  }

  private block(reason: string): void {
    this.unreadable = reason;
    this.log.warn('proxy-sign-ins-unreadable', { error: reason });
  }
}

function nameOf(host: string, port: number): string {
  return `${host.toLowerCase()}:${port}`;
}

function notSaved(path: string, reason: string): Result<never> {
  return err(appError('save-failed', { detail: `${path}: ${reason}` }));
}
