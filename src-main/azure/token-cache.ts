import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node';
import { readFile, rm } from 'node:fs/promises';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError, type Log } from '../log/logger.ts';
import { isAbsent, setAside, writeAtomically } from '../profiles/json-file.ts';
import { TurnQueue } from '../profiles/turn-queue.ts';

/** Encrypts at rest with the system's keyring, or says that there is none. */
export type SecretBox =
  | {
      readonly kind: 'encrypted';
      readonly encrypt: (text: string) => Promise<Buffer>;
      readonly decrypt: (data: Buffer) => Promise<string>;
    }
  | { readonly kind: 'memory' };

/** What MSAL takes for a cache with nothing in it. An empty text would leave in its memory what is there. */
const emptyCache = JSON.stringify({
  Account: {},
  IdToken: {},
  AccessToken: {},
  RefreshToken: {},
  AppMetadata: {},
});

/**
 * MSAL's token cache: encrypted in one file, or in memory only where no keyring exists.
 * A file that cannot be decrypted means signing in again, nothing else. A file that is there but cannot be read is not
 * written over: tokens then live in memory only.
 */
export class TokenCache implements ICachePlugin {
  private readonly path: string;
  private readonly box: SecretBox;
  private readonly log: Log;
  private text: string | null = null;
  private readonly turns = new TurnQueue();
  /** Why the file that is there must not be written; null if it may. */
  private unreadable: string | null = null;
  /** Counts sign-outs. What MSAL read before one must not come back after it. */
  private generation = 0;
  private readonly generations = new WeakMap<TokenCacheContext, number>();

  constructor(path: string, box: SecretBox, log: Log) {
    this.path = path;
    this.box = box;
    this.log = log;
  }

  get place(): 'encrypted' | 'memory' {
    return this.box.kind;
  }

  /** Reads the file once at start. */
  async load(): Promise<void> {
    if (this.box.kind === 'memory') return;
    let data: Buffer;
    try {
      data = await readFile(this.path);
    } catch (error) {
      if (isAbsent(error)) return; // No file yet: the first start, or signed out.
      this.block(describeError(error));
      return;
    }
    try {
      const text = await this.box.decrypt(data);
      JSON.parse(text);
      this.text = text;
    } catch (error) {
      this.log.warn('token-cache-damaged', { error: describeError(error) });
      await setAside(this.path, Date.now()).catch((failure: unknown) => this.block(describeError(failure)));
    }
  }

  async beforeCacheAccess(context: TokenCacheContext): Promise<void> {
    this.generations.set(context, this.generation);
    if (this.text !== null) context.tokenCache.deserialize(this.text);
  }

  async afterCacheAccess(context: TokenCacheContext): Promise<void> {
    if (!context.cacheHasChanged) return;
    if (this.generations.get(context) !== this.generation) return; // began before the sign-out
    this.text = context.tokenCache.serialize();
    const saved = await this.save(this.text, this.generation);
    if (!saved.ok) this.log.warn('token-cache-not-saved', { detail: saved.error.detail });
  }

  /**
   * Forgets every token, in memory and on disk. A renewal that is under way meanwhile writes nothing back: MSAL's own
   * memory is emptied before its next access.
   */
  async clear(): Promise<void> {
    this.generation++;
    this.text = emptyCache;
    await this.turns.run(async () => {
      await rm(this.path, { force: true });
      this.unreadable = null;
    });
  }

  private async save(text: string, generation: number): Promise<Result<null>> {
    const { box } = this;
    if (box.kind === 'memory') return ok(null);
    return this.turns.run(async () => {
      if (generation !== this.generation) return ok(null);
      if (this.unreadable !== null) return this.notSaved(this.unreadable);
      try {
        return await writeAtomically(this.path, await box.encrypt(text));
      } catch (error) {
        return this.notSaved(describeError(error));
      }
    });
  }

  private notSaved(reason: string): Result<never> {
    return err(appError('save-failed', { detail: `${this.path}: ${reason}` }));
  }

  private block(reason: string): void {
    this.unreadable = reason;
    this.log.warn('token-cache-unreadable', { error: reason });
  }
}
