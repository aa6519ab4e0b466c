/** How long bytes of an upload may queue on the way, over the bare round trip. */
const allowedQueueMs = 15;

/** Before anything is known; and the least, which fills any link that is slow enough to need a limit. */
const firstWindowBytes = 256 * 1024;
const smallestWindowBytes = 48 * 1024;
const largestWindowBytes = 16 * 1024 * 1024;

/** A probe follows the data at least this often while something is under way. */
const smallestProbeBytes = 32 * 1024;

/** How long the shortest round trip seen is believed before it is measured anew with an empty queue. */
const memoryMs = 10_000;

/** How many rates are looked back on. */
const keptRates = 8;

/** Pings that may be unanswered at a time: a service that answers none must not make us send ever more. */
const mostProbes = 32;

interface Probe {
  readonly id: number;
  readonly sentAtMs: number;
  /** Bytes sent before the probe, and how many of them were known to have arrived when it left, since when. */
  readonly sentBytes: number;
  readonly arrivedBytes: number;
  readonly arrivedAtMs: number;
  /** The link was not offered all that the window allows: the rate says little of it. */
  readonly isUnderused: boolean;
  /** So little was under way that it cannot have queued behind our own bytes. */
  readonly isClean: boolean;
}

/**
 * How many bytes of an upload may be under way: what the link carries in its shortest round trip, and a little more (the
 * bandwidth-delay product). More would only wait in queues on the way, and the keystrokes of other connections behind it.
 * Measured with pings that follow the data: a pong says that everything before its ping has arrived. The method is that of
 * BBR (Cardwell and others, 2016): the best recent rate, the shortest round trip, and now and then a moment with an empty
 * queue to measure the latter anew.
 */
export class UplinkWindow {
  private windowBytes = firstWindowBytes;
  private sentBytes = 0;
  private arrivedBytes = 0;
  private arrivedAtMs = 0;
  private shortestMs = Number.POSITIVE_INFINITY;
  private shortestAtMs = 0;
  private readonly rates: number[] = [];
  private readonly probes: Probe[] = [];
  private probedBytes = 0;
  private phase: 'growing' | 'steady' | 'draining' = 'growing';
  private bestRate = 0;
  private flatSamples = 0;
  private nextId = 1;

  /** Bytes that may be under way. */
  get size(): number {
    return this.windowBytes;
  }

  get underWayBytes(): number {
    return this.sentBytes - this.arrivedBytes;
  }

  get isFull(): boolean {
    return this.underWayBytes >= this.windowBytes;
  }

  /** Counts bytes; true if a probe should follow them. */
  sent(bytes: number, nowMs: number): boolean {
    if (this.underWayBytes === 0) this.arrivedAtMs = nowMs;
    this.sentBytes += bytes;
    if (this.probes.length >= mostProbes) return false;
    return this.sentBytes - this.probedBytes >= Math.max(smallestProbeBytes, this.windowBytes / 8);
  }

  /** A ping is sent behind everything so far. Returns its number, which its pong must bear. */
  probed(nowMs: number): number {
    const id = this.nextId;
    this.nextId = (this.nextId + 1) >>> 0;
    this.probedBytes = this.sentBytes;
    const { underWayBytes, windowBytes } = this;
    this.probes.push({
      id,
      sentAtMs: nowMs,
      sentBytes: this.sentBytes,
      arrivedBytes: this.arrivedBytes,
      arrivedAtMs: this.arrivedAtMs,
      isUnderused: this.phase === 'draining' || underWayBytes < windowBytes / 2,
      isClean:
        underWayBytes <=
        Math.max(smallestWindowBytes, this.bestRate * this.shortestMs) / 2 + smallestProbeBytes,
    });
    return id;
  }

  /**
   * A pong. Those of earlier pings may have been left out, which the protocol allows; one that answers none of ours is
   * nothing. Returns the round trip in milliseconds, or null.
   */
  answered(id: number, nowMs: number): number | null {
    const index = this.probes.findIndex((each) => each.id === id);
    const probe = this.probes[index];
    if (probe === undefined) return null;
    this.probes.splice(0, index + 1);
    const roundTripMs = Math.max(nowMs - probe.sentAtMs, 0.01);
    if (roundTripMs <= this.shortestMs || (this.phase === 'draining' && probe.isClean)) {
      this.shortestMs = roundTripMs;
      this.shortestAtMs = nowMs;
      if (this.phase === 'draining') this.phase = 'steady';
    }
    const delivered = probe.sentBytes - probe.arrivedBytes;
    // A handful of bytes says nothing of the link.
    if (delivered >= smallestProbeBytes / 2) {
      this.learn(delivered / Math.max(nowMs - probe.arrivedAtMs, 0.01), probe.isUnderused);
    }
    this.arrivedBytes = probe.sentBytes;
    this.arrivedAtMs = nowMs;
    if (this.phase === 'steady' && nowMs - this.shortestAtMs > memoryMs) this.phase = 'draining';
    this.resize();
    return roundTripMs;
  }

  private learn(bytesPerMs: number, isUnderused: boolean): void {
    if (isUnderused && bytesPerMs < Math.max(0, ...this.rates)) return;
    this.rates.push(bytesPerMs);
    if (this.rates.length > keptRates) this.rates.shift();
    if (this.phase !== 'growing') return;
    this.flatSamples = bytesPerMs > this.bestRate * 1.1 ? 0 : this.flatSamples + 1;
    // More under way has brought nothing for a whole window: the link is full.
    if (this.flatSamples >= keptRates) this.phase = 'steady';
    this.bestRate = Math.max(this.bestRate, bytesPerMs);
  }

  private resize(): void {
    if (this.rates.length === 0) return;
    const rate = Math.max(...this.rates);
    this.bestRate = rate;
    const wanted =
      this.phase === 'draining'
        ? (rate * this.shortestMs) / 2
        : rate * (this.shortestMs * (this.phase === 'growing' ? 2 : 1) + allowedQueueMs);
    this.windowBytes = Math.min(largestWindowBytes, Math.max(smallestWindowBytes, wanted));
  }
}
