import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node';
import { readFile, rm } from 'node:fs/promises';
import type { Result } from '../../shared/result.ts';
import { describeError, type Log } from '../log/logger.ts';
import { setAside, writeAtomically } from '../profiles/json-file.ts';

/** Encrypts at rest with the system's keyring, or says that there is none. */
export type SecretBox =
  | {
      readonly kind: 'encrypted';
      readonly encrypt: (text: string) => Promise<Buffer>;
      readonly decrypt: (data: Buffer) => Promise<string>;
    }
  | { readonly kind: 'memory' };

/**
 * MSAL's token cache: encrypted in one file, or in memory only where no keyring exists.
 * A file that cannot be decrypted or read means signing in again, nothing else.
 */
export class TokenCache implements ICachePlugin {
  private readonly path: string;
  private readonly box: SecretBox;
  private readonly log: Log;
  private text: string | null = null;
  private queue: Promise<unknown> = Promise.resolve();

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
    } catch {
      return; // No file yet: the first start, or signed out.
    }
    try {
      const text = await this.box.decrypt(data);
      JSON.parse(text);
      this.text = text;
    } catch (error) {
      this.log.warn('token-cache-damaged', { error: describeError(error) });
      await setAside(this.path, Date.now()).catch((failure: unknown) =>
        this.log.warn('token-cache-not-set-aside', { error: describeError(failure) }),
      );
    }
  }

  async beforeCacheAccess(context: TokenCacheContext): Promise<void> {
    if (this.text !== null) context.tokenCache.deserialize(this.text);
  }

  async afterCacheAccess(context: TokenCacheContext): Promise<void> {
    if (!context.cacheHasChanged) return;
    this.text = context.tokenCache.serialize();
    const saved = await this.enqueue(this.text);
    if (!saved.ok) this.log.warn('token-cache-not-saved', { detail: saved.error.detail });
  }

  /** Forgets every token, in memory and on disk. */
  async clear(): Promise<void> {
    this.text = null;
    this.queue = this.queue.then(() => rm(this.path, { force: true }));
    await this.queue;
  }

  private enqueue(text: string): Promise<Result<null>> {
    const { box } = this;
    if (box.kind === 'memory') return Promise.resolve({ ok: true, value: null });
    const write = this.queue.then(async () => writeAtomically(this.path, await box.encrypt(text)));
    this.queue = write.catch((error: unknown) =>
      this.log.warn('token-cache-not-saved', { error: describeError(error) }),
    );
    return write;
  }
}
