/** How long bytes of an upload may queue on the way, over the bare round trip. */
const allowedQueueMs = 8;

const momentMs = 4;

/** Before anything is known; and the least, which fills any link that is slow enough to need a limit. */
const firstWindowBytes = 256 * 1024;
const smallestWindowBytes = 48 * 1024;
const largestWindowBytes = 64 * 1024 * 1024;

/** A probe follows the data at least this often while something is under way. */
const smallestProbeBytes = 16 * 1024;
/** Probes in one window: what arrives is known no finer than that. */
const probesPerWindow = 16;

/** How long the shortest round trip seen is believed before it is measured anew with an empty queue. */
const memoryMs = 10_000;

/** How many rates are looked back on. */
const keptRates = 8;

/** Round trips without more speed after which a link counts as full. */
const fullAfterRounds = 3;

/** Pings that may be unanswered at a time: a service that answers none must not make us send ever more. */
const mostProbes = 64;

interface Probe {
  readonly id: number;
  readonly sentAtMs: number;
  /** Bytes sent before the probe, and how many of them were known to have arrived when it left, since when. */
  readonly sentBytes: number;
  readonly arrivedBytes: number;
  readonly arrivedAtMs: number;
  /** The link was not offered all that the window allows: the rate says little of it. */
  readonly isUnderused: boolean;
  /** Whatever was under way before the queue was let run empty has arrived: the round trip is that of the bare way. */
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
  private flatRounds = 0;
  private roundBest = 0;
  /** A round trip is over when something that was sent after so many bytes had arrived has arrived itself. */
  private roundEndBytes = 0;
  private drainFromBytes = 0;
  private nextId = 1;

  /** Bytes that may be under way. */
  get size(): number {
    return this.windowBytes;
  }

  /** What the link takes in a moment too short to be felt; unlimited as long as nothing is known. */
  get momentBytes(): number {
    return this.rates.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...this.rates) * momentMs;
  }

  get underWayBytes(): number {
    return this.sentBytes - this.arrivedBytes;
  }

  get isFull(): boolean {
    return this.underWayBytes >= this.windowBytes;
  }

  /** Nothing is under way that would ever say that there is room again. */
  get isStuck(): boolean {
    return this.isFull && this.probes.length === 0;
  }

  /** Whether the answers that are awaited will tell of everything that was sent. */
  get isProbed(): boolean {
    return this.probedBytes === this.sentBytes;
  }

  /** Counts bytes; true if a probe should follow them. */
  sent(bytes: number, nowMs: number): boolean {
    if (this.underWayBytes === 0) this.arrivedAtMs = nowMs;
    this.sentBytes += bytes;
    if (this.probes.length >= mostProbes) return false;
    return this.sentBytes - this.probedBytes >= this.probeBytes;
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
      isClean: this.phase === 'draining' && this.arrivedBytes >= this.drainFromBytes,
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
    if (roundTripMs <= this.shortestMs) {
      this.shortestMs = roundTripMs;
      this.shortestAtMs = nowMs;
      if (this.phase === 'draining') this.phase = 'steady';
    } else if (probe.isClean) this.measureAnew(roundTripMs, nowMs);
    const delivered = probe.sentBytes - probe.arrivedBytes;
    // A handful of bytes says nothing of the link.
    if (delivered >= smallestProbeBytes / 2) {
      this.learn(delivered / Math.max(nowMs - probe.arrivedAtMs, 0.01), probe);
    }
    this.arrivedBytes = probe.sentBytes;
    this.arrivedAtMs = nowMs;
    if (this.phase === 'steady' && nowMs - this.shortestAtMs > memoryMs) {
      this.phase = 'draining';
      this.drainFromBytes = this.sentBytes;
    }
    this.resize();
    return roundTripMs;
  }

  /** The way is longer than it was: a new look at what it carries, if by much. */
  private measureAnew(roundTripMs: number, nowMs: number): void {
    this.phase = roundTripMs > this.shortestMs * 1.5 ? 'growing' : 'steady';
    this.shortestMs = roundTripMs;
    this.shortestAtMs = nowMs;
    this.bestRate = 0;
    this.flatRounds = 0;
  }

  private learn(bytesPerMs: number, probe: Probe): void {
    if (probe.isUnderused && bytesPerMs < Math.max(0, ...this.rates)) return;
    this.rates.push(bytesPerMs);
    if (this.rates.length > keptRates) this.rates.shift();
    if (this.phase !== 'growing') return;
    this.roundBest = Math.max(this.roundBest, bytesPerMs);
    if (probe.arrivedBytes < this.roundEndBytes) return;
    this.roundEndBytes = this.sentBytes;
    this.flatRounds = this.roundBest > this.bestRate * 1.2 ? 0 : this.flatRounds + 1;
    // More under way has brought nothing for several round trips: the link is full.
    if (this.flatRounds >= fullAfterRounds) this.phase = 'steady';
    this.bestRate = Math.max(this.bestRate, this.roundBest);
    this.roundBest = 0;
  }

  private get probeBytes(): number {
    return Math.max(smallestProbeBytes, this.windowBytes / probesPerWindow);
  }

  private resize(): void {
    if (this.rates.length === 0) return;
    const rate = Math.max(...this.rates);
    const wanted =
      this.phase === 'draining'
        ? (rate * this.shortestMs) / 2
        : rate * (this.shortestMs * (this.phase === 'growing' ? 2 : 1) + allowedQueueMs);
    // What has arrived since the last probe still counts as under way: it must not make the window seem full.
    const withProbe = wanted + this.probeBytes;
    this.windowBytes = Math.min(largestWindowBytes, Math.max(smallestWindowBytes, withProbe));
  }
}
