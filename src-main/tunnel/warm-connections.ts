import type { Result } from '../../shared/result.ts';
import type { BareConnection } from './bare-connection.ts';

/** A kept connection nobody has asked for again is closed after this. */
const keptMs = 60_000;

type Open = (host: string, signal: AbortSignal) => Promise<Result<BareConnection>>;

interface Kept {
  readonly bare: BareConnection;
  readonly timer: NodeJS.Timeout;
}

/**
 * Bare TLS connections that stand ready for the next WebSocket, one per host. Nothing is said over them: no session exists
 * and no login is seen before somebody connects.
 */
export class WarmConnections {
  private readonly openBare: Open;
  private readonly kept = new Map<string, Kept>();
  private readonly opening = new Set<string>();
  private readonly abort = new AbortController();

  constructor(openBare: Open) {
    this.openBare = openBare;
  }

  /** Makes one ready, or keeps the one that is. */
  async warm(host: string): Promise<void> {
    const kept = this.kept.get(host);
    if (kept?.bare.isUsable === true) {
      kept.timer.refresh();
      return;
    }
    if (this.opening.has(host)) return;
    this.opening.add(host);
    const opened = await this.openBare(host, this.abort.signal);
    this.opening.delete(host);
    if (!opened.ok) return; // the connection that needs it will say why
    if (this.abort.signal.aborted) {
      opened.value.socket.destroy();
      return;
    }
    this.drop(host);
    const timer = setTimeout(() => this.drop(host), keptMs);
    timer.unref();
    opened.value.times = null;
    this.kept.set(host, { bare: opened.value, timer });
  }

  /** The kept connection of a host, if it still stands, else a new one. */
  take(host: string, signal: AbortSignal): Promise<Result<BareConnection>> {
    const kept = this.kept.get(host);
    if (kept === undefined) return this.openBare(host, signal);
    this.kept.delete(host);
    clearTimeout(kept.timer);
    return kept.bare.isUsable ? Promise.resolve({ ok: true, value: kept.bare }) : this.openBare(host, signal);
  }

  /** Closes all that stand ready. */
  cool(): void {
    for (const host of this.kept.keys()) this.drop(host);
  }

  dispose(): void {
    this.abort.abort();
    this.cool();
  }

  private drop(host: string): void {
    const kept = this.kept.get(host);
    if (kept === undefined) return;
    this.kept.delete(host);
    clearTimeout(kept.timer);
    kept.bare.socket.destroy();
  }
}
