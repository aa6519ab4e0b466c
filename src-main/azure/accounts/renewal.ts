/** A token that was handed out. */
export interface InUse {
  readonly accountId: string;
  readonly tenantId: string;
}

/** What time it is, and a call that comes later. */
export interface Clock {
  readonly nowMs: () => number;
  /** Calls back once after a time; returns what takes that back. */
  readonly after: (delayMs: number, call: () => void) => () => void;
}

/** A timer that does not keep the program running. */
const systemClock: Clock = {
  nowMs: Date.now,
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** At this part of what is left of a token's life it is renewed; spread, so that many do not come at once. */
const renewAtPart = { from: 0.7, to: 0.8 } as const;
/** Node's timers hold 31 bits of milliseconds. */
const longestDelayMs = 2_147_483_647;
/** A token that could not be renewed is tried again while it lives, and not more often than this. */
const shortestDelayMs = 30_000;

interface Entry extends InUse {
  dueAtMs: number;
  isUsed: boolean;
  cancel: () => void;
}

/**
 * Renews tokens in silence, long before they expire, while they are in use: a token that nobody has asked for since its
 * last renewal is let go. Without tokens in use there is no timer.
 */
export class Renewal {
  private readonly renew: (token: InUse) => void;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly entries = new Map<string, Entry>();

  constructor(renew: (token: InUse) => void, clock: Clock = systemClock, random: () => number = Math.random) {
    this.renew = renew;
    this.clock = clock;
    this.random = random;
  }

  /** A token was handed out that is good until `expiresAtMs`. `isRenewal`: by this class's own wish. */
  handedOut(token: InUse, expiresAtMs: number, isNew: boolean, isRenewal: boolean): void {
    const key = keyOf(token);
    const known = this.entries.get(key);
    if (known !== undefined && !isNew) {
      known.isUsed ||= !isRenewal;
      return;
    }
    known?.cancel();
    const part = renewAtPart.from + (renewAtPart.to - renewAtPart.from) * this.random();
    const delayMs = Math.max(shortestDelayMs, (expiresAtMs - this.clock.nowMs()) * part);
    const entry = {
      ...token,
      dueAtMs: this.clock.nowMs() + delayMs,
      isUsed: !isRenewal || known?.isUsed === true,
      cancel: () => {},
    };
    this.entries.set(key, entry);
    this.schedule(entry);
  }

  /** After a sleep, in which timers stand still, or with another network: what is due is renewed now. */
  lookAgain(): void {
    for (const entry of this.entries.values()) if (entry.dueAtMs <= this.clock.nowMs()) this.due(entry);
  }

  /** The account was signed out. */
  forget(accountId: string): void {
    for (const [key, entry] of this.entries) {
      if (entry.accountId !== accountId) continue;
      entry.cancel();
      this.entries.delete(key);
    }
  }

  /** How many timers run. */
  get size(): number {
    return this.entries.size;
  }

  dispose(): void {
    for (const entry of this.entries.values()) entry.cancel();
    this.entries.clear();
  }

  private schedule(entry: Entry): void {
    const delayMs = Math.min(longestDelayMs, Math.max(0, entry.dueAtMs - this.clock.nowMs()));
    entry.cancel = this.clock.after(delayMs, () => {
      if (entry.dueAtMs > this.clock.nowMs()) this.schedule(entry);
      else this.due(entry);
    });
  }

  private due(entry: Entry): void {
    entry.cancel();
    if (!entry.isUsed) {
      this.entries.delete(keyOf(entry));
      return;
    }
    // Should the renewal fail, the next one is tried later; should it succeed, `handedOut` starts anew.
    entry.isUsed = false;
    entry.dueAtMs = this.clock.nowMs() + shortestDelayMs;
    this.schedule(entry);
    this.renew(entry);
  }
}

function keyOf({ accountId, tenantId }: InUse): string {
  return `${accountId}\n${tenantId}`;
}
