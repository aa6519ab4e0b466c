/** How often an open connection is pinged. */
const everyMs = 25_000;

/** A pong that has not come by then is a miss; after two in a row the peer is dead. */
const answerMs = 12_000;
const allowedMisses = 2;

/** While our own bytes are under way a pong waits behind them, and a target that does not read may take its time. */
const stalledMs = 300_000;

interface Needs {
  readonly sendPing: () => void;
  readonly isUploadUnderWay: () => boolean;
  readonly onDead: (detail: string) => void;
}

/**
 * Finds out that the other side is gone although the connection looks open: cut cables, a laptop that slept, a proxy that
 * forgot us. Anything heard counts as life. A peer that has never answered a ping is believed not to speak that part of
 * the protocol, and is not judged.
 */
export class PeerWatch {
  private readonly needs: Needs;
  private timer: NodeJS.Timeout | null = null;
  private heardAtMs = performance.now();
  private unansweredSinceMs: number | null = null;
  private misses = 0;
  private hasAnswered = false;
  /** A verdict that was asked for: until when something must be heard. */
  private demandedSinceMs: number | null = null;
  private isPaused = false;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Whether this peer has ever answered a ping. */
  get isAnswered(): boolean {
    return this.hasAnswered;
  }

  start(): void {
    this.needs.sendPing();
    this.schedule(everyMs);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** A ping has been sent, by us or as a probe of the uplink. */
  pinged(): void {
    this.unansweredSinceMs ??= performance.now();
  }

  answered(): void {
    this.hasAnswered = true;
    this.unansweredSinceMs = null;
    this.misses = 0;
  }

  /** Bytes of any kind came. */
  heard(): void {
    this.heardAtMs = performance.now();
    this.demandedSinceMs = null;
  }

  /** Nothing is read from now on, for the sake of a local program that does not read: nobody can be judged. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.heardAtMs = performance.now();
  }

  /** Something must be heard within the limit, or the peer is dead: asked after a sleep or a change of the network. */
  demand(limitMs: number): void {
    if (!this.hasAnswered) return;
    const askedAtMs = performance.now();
    this.demandedSinceMs = askedAtMs;
    this.needs.sendPing();
    const timer = setTimeout(() => {
      if (this.timer !== null && this.demandedSinceMs === askedAtMs && !this.isPaused) {
        this.needs.onDead(`nothing was heard in ${limitMs} ms after the network changed`);
      }
    }, limitMs);
    timer.unref();
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => this.check(), delayMs);
    this.timer.unref();
  }

  private check(): void {
    const nowMs = performance.now();
    const silentMs = nowMs - this.heardAtMs;
    const isOwed =
      this.hasAnswered && this.unansweredSinceMs !== null && nowMs - this.unansweredSinceMs >= answerMs;
    if (this.isPaused || !isOwed || silentMs < answerMs) {
      this.misses = 0;
      this.needs.sendPing();
      this.schedule(everyMs);
      return;
    }
    if (this.needs.isUploadUnderWay()) {
      if (silentMs >= stalledMs) this.needs.onDead(`nothing was heard for ${Math.round(silentMs / 1000)} s`);
      else this.schedule(everyMs);
      return;
    }
    this.misses += 1;
    if (this.misses >= allowedMisses) {
      this.needs.onDead(`${this.misses} pings were not answered`);
      return;
    }
    this.needs.sendPing();
    this.schedule(answerMs);
  }
}
