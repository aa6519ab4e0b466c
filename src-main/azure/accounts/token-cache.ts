import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node';
import { readFile, rm, stat } from 'node:fs/promises';
import type { TokenPlace } from '../../../shared/account.ts';
import { appError } from '../../../shared/errors.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { describeError, type Log } from '../../log/logger.ts';
import { withFileLock } from '../../profiles/file-lock.ts';
import { isAbsent, setAside, writeAtomically } from '../../profiles/json-file.ts';
import { TurnQueue } from '../../profiles/turn-queue.ts';
import {
  type CacheContent,
  emptyCache,
  hasAccounts,
  mergeCache,
  parseCache,
  withoutAccount,
} from './merge-cache.ts';
import type { TokenStore } from './token-store.ts';

/**
 * MSAL's token cache, shared with every process that has the same store: it is read again before each use if it was
 * written meanwhile, and what is written is merged under a lock.
 * A file that cannot be used means signing in again, nothing else. A file that is there but cannot be read is not
 * written over: tokens then live in memory only.
 */
export class TokenCache implements ICachePlugin {
  private readonly log: Log;
  private store: TokenStore;
  private content: CacheContent = emptyCache;
  /** Which version of the file `content` is. */
  private seen = '';
  /** Why the file that is there must not be written; null if it may. */
  private unreadable: string | null = null;
  private readonly turns = new TurnQueue();
  private readonly bases = new WeakMap<TokenCacheContext, CacheContent>();

  constructor(store: TokenStore, log: Log) {
    this.store = store;
    this.log = log;
  }

  get place(): TokenPlace {
    return this.store.kind;
  }

  async beforeCacheAccess(context: TokenCacheContext): Promise<void> {
    await this.turns.run(() => this.readIfChanged());
    this.bases.set(context, this.content);
    context.tokenCache.deserialize(JSON.stringify(this.content));
  }

  async afterCacheAccess(context: TokenCacheContext): Promise<void> {
    if (!context.cacheHasChanged) return;
    const mine = parseCache(context.tokenCache.serialize());
    const base = this.bases.get(context) ?? emptyCache;
    this.warn(await this.change((theirs) => mergeCache(base, mine, theirs)));
  }

  /**
   * Forgets the tokens of one account, in memory and on disk. A renewal that is under way meanwhile, also in another
   * process, writes none of them back.
   */
  async forget(accountId: string): Promise<Result<null>> {
    const forgotten = await this.change((theirs) => withoutAccount(theirs, accountId));
    this.warn(forgotten);
    return forgotten;
  }

  /**
   * Keeps the same tokens in another store from now on; the file of the old one is removed. A failure says that the new
   * file could not be written, or that the old one is still there.
   */
  async moveTo(store: TokenStore): Promise<Result<null>> {
    const before = this.store;
    await this.turns.run(() => this.readIfChanged());
    this.store = store;
    this.seen = '';
    this.unreadable = null;
    const { content } = this;
    const written = await this.change(() => content);
    if (before.kind === 'memory') return written;
    try {
      await rm(before.path, { force: true });
      return written;
    } catch (error) {
      return notSaved(describeError(error));
    }
  }

  private change(how: (theirs: CacheContent) => CacheContent): Promise<Result<null>> {
    return this.turns.run(async () => {
      const { store } = this;
      if (store.kind === 'memory') {
        this.content = how(this.content);
        return ok(null);
      }
      try {
        return await withFileLock(`${store.path}.lock`, async () => {
          await this.readIfChanged();
          this.content = how(this.content);
          return this.unreadable === null ? await this.write(store) : notSaved(this.unreadable);
        });
      } catch (error) {
        // The disk is full or not ours: the tokens of this run live on in memory.
        this.content = how(this.content);
        return notSaved(describeError(error));
      }
    });
  }

  private async write(store: Exclude<TokenStore, { kind: 'memory' }>): Promise<Result<null>> {
    if (hasAccounts(this.content)) {
      const written = await writeAtomically(store.path, await store.encode(JSON.stringify(this.content)));
      if (!written.ok) return written;
    } else {
      await rm(store.path, { force: true });
    }
    this.seen = await versionOf(store.path);
    return ok(null);
  }

  private warn(saved: Result<null>): void {
    if (!saved.ok) this.log.warn('token-cache-not-saved', { detail: saved.error.detail });
  }

  private async readIfChanged(): Promise<void> {
    const { store } = this;
    if (store.kind === 'memory') return;
    try {
      const version = await versionOf(store.path);
      if (version === this.seen) return;
      // Nothing there is news only after something was: the other process has signed everybody out.
      if (version !== '') this.content = await this.read(store);
      else if (this.seen !== '') this.content = emptyCache;
      this.seen = version;
      this.unreadable = null;
    } catch (error) {
      if (this.unreadable === null) this.log.warn('token-cache-unreadable', { error: describeError(error) });
      this.unreadable = describeError(error);
    }
  }

  /** What is on disk; nothing if it is damaged, which is set aside. Throws if it cannot be read at all. */
  private async read(store: Exclude<TokenStore, { kind: 'memory' }>): Promise<CacheContent> {
    const data = await readFile(store.path);
    try {
      return parseCache(await store.decode(data));
    } catch (error) {
      this.log.warn('token-cache-damaged', { error: describeError(error) });
      await setAside(store.path, Date.now());
      return emptyCache;
    }
  }
}

function notSaved(detail: string): Result<never> {
  return err(appError('save-failed', { detail }));
}

/** Changes whenever the file does, since every write makes a new one; empty if there is none. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}
