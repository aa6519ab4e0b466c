import { setTimeout as delay } from 'node:timers/promises';

/** What one user may ask in a window of time, as far as the service has said. */
interface Window {
  /** Queries left, without those whose answers are still to come. */
  remaining: number;
  inFlight: number;
  /** When the latest query was sent. */
  askedAtMs: number;
  /** When the service gives a full measure again, by the clock of `nowMs`. */
  resetsAtMs: number;
  /** Nothing is asked before: the service said so. */
  pausedUntilMs: number;
}

/** Resource Graph's documented measure: 15 queries in 5 seconds for one user. Its answers say what really holds. */
const usualQueries = 15;
const usualWindowMs = 5_000;
/** Longer than any call may take. */
const lostAfterMs = 120_000;
/** However long an answer says, nobody waits longer than this before asking again. */
const longestWaitMs = 5 * 60_000;

/** What an answer of the service says of the quota. */
export interface QuotaNews {
  readonly remaining: number;
  readonly resetsAfterMs: number;
}

/** Reads `x-ms-user-quota-remaining` and `x-ms-user-quota-resets-after` (hh:mm:ss); null if they are not there. */
export function readQuota(header: (name: string) => string | undefined): QuotaNews | null {
  const remaining = Number(header('x-ms-user-quota-remaining') ?? Number.NaN);
  const after = /^(\d+):(\d\d):(\d\d)/.exec(header('x-ms-user-quota-resets-after') ?? '');
  if (!Number.isInteger(remaining) || after === null) return null;
  const [, hours, minutes, seconds] = after;
  return { remaining, resetsAfterMs: (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 };
}

/**
 * Paces queries so that the service never has to refuse one: whoever asks waits for a free place in the window. One window
 * for each user; queries of several tenants share it.
 */
export class GraphQuota {
  private readonly windows = new Map<string, Window>();
  private readonly nowMs: () => number;
  private readonly wait: (ms: number) => Promise<unknown>;

  constructor(nowMs: () => number = () => performance.now(), wait: (ms: number) => Promise<unknown> = delay) {
    this.nowMs = nowMs;
    this.wait = wait;
  }

  /** Resolves when a query of this user may be sent. What it came to must be told by {@link answered}. */
  async take(user: string): Promise<void> {
    for (;;) {
      const window = this.windowOf(user);
      const nowMs = this.nowMs();
      if (nowMs >= window.resetsAtMs) {
        window.remaining = usualQueries;
        window.resetsAtMs = nowMs + usualWindowMs;
        // Answers that have not come for so long do not come any more.
        if (nowMs - window.askedAtMs > lostAfterMs) window.inFlight = 0;
      }
      const isFree = window.remaining - window.inFlight > 0;
      if (isFree && nowMs >= window.pausedUntilMs) {
        window.inFlight += 1;
        window.askedAtMs = nowMs;
        return;
      }
      await this.wait(Math.max(isFree ? window.pausedUntilMs - nowMs : window.resetsAtMs - nowMs, 10));
    }
  }

  /** An answer has come (or none will): its quota, if it told one. */
  answered(user: string, news: QuotaNews | null): void {
    const window = this.windowOf(user);
    window.inFlight = Math.max(0, window.inFlight - 1);
    if (news === null) {
      window.remaining = Math.max(0, window.remaining - 1);
      return;
    }
    window.remaining = news.remaining;
    window.resetsAtMs = this.nowMs() + Math.min(news.resetsAfterMs, longestWaitMs);
  }

  /** The service has refused a query: nothing more is asked for a while. */
  pause(user: string, ms: number): void {
    const window = this.windowOf(user);
    window.pausedUntilMs = Math.max(window.pausedUntilMs, this.nowMs() + Math.min(ms, longestWaitMs));
  }

  private windowOf(user: string): Window {
    const known = this.windows.get(user);
    if (known !== undefined) return known;
    const fresh = { remaining: usualQueries, inFlight: 0, askedAtMs: 0, resetsAtMs: 0, pausedUntilMs: 0 };
    this.windows.set(user, fresh);
    return fresh;
  }
}
