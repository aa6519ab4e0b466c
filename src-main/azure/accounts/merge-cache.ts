import { z } from 'zod';

const entrySchema = z.looseObject({ home_account_id: z.string().optional() });
const cacheSchema = z.record(z.string(), z.record(z.string(), entrySchema));

/** MSAL's cache as it lies on disk: sections of entries; what belongs to an account names it. */
export type CacheContent = z.infer<typeof cacheSchema>;

/** What MSAL takes for a cache with nothing in it. An empty text would leave in its memory what is there. */
export const emptyCache: CacheContent = {
  Account: {},
  IdToken: {},
  AccessToken: {},
  RefreshToken: {},
  AppMetadata: {},
};

/** Reads a cache; throws if it has another form. */
export function parseCache(text: string): CacheContent {
  return cacheSchema.parse(JSON.parse(text));
}

function accountsIn(cache: CacheContent): ReadonlySet<string> {
  return new Set(Object.values(cache['Account'] ?? {}).map((entry) => entry.home_account_id ?? ''));
}

function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

/**
 * Brings what one access has changed (`base` to `mine`) into what is on disk by now. Nothing is removed this way, and
 * nothing of an account comes back that was signed out in between, in this process or in another.
 */
export function mergeCache(base: CacheContent, mine: CacheContent, theirs: CacheContent): CacheContent {
  const [before, now] = [accountsIn(base), accountsIn(theirs)];
  const isSignedOut = (accountId: string | undefined) =>
    accountId !== undefined && before.has(accountId) && !now.has(accountId);
  const merged: CacheContent = { ...emptyCache, ...theirs };
  for (const [section, entries] of Object.entries(mine)) {
    const changed = Object.entries(entries).filter(
      ([key, entry]) => !isSame(base[section]?.[key], entry) && !isSignedOut(entry.home_account_id),
    );
    merged[section] = { ...merged[section], ...Object.fromEntries(changed) };
  }
  return merged;
}

/** The cache without one account: its tokens go, and nothing else. */
export function withoutAccount(cache: CacheContent, accountId: string): CacheContent {
  return Object.fromEntries(
    Object.entries(cache).map(([section, entries]) => [
      section,
      Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry.home_account_id !== accountId)),
    ]),
  );
}

/** Whether nobody is signed in any more. */
export function hasAccounts(cache: CacheContent): boolean {
  return accountsIn(cache).size > 0;
}
