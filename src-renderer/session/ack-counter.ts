/**
 * Counts the bytes that the terminal has processed and says when main should hear of them: every `every` bytes,
 * and the remainder when the terminal is idle. Main stops reading from the session while too many are outstanding.
 */
export class AckCounter {
  readonly #every: number;
  #pendingBytes = 0;

  constructor(every: number) {
    this.#every = every;
  }

  /** Adds processed bytes; returns how many to acknowledge now, or 0. */
  add(bytes: number): number {
    this.#pendingBytes += bytes;
    return this.#pendingBytes >= this.#every ? this.flush() : 0;
  }

  /** Returns what has not been acknowledged yet, or 0. */
  flush(): number {
    const bytes = this.#pendingBytes;
    this.#pendingBytes = 0;
    return bytes;
  }

  /** Forgets what belongs to a port that is gone. */
  reset(): void {
    this.#pendingBytes = 0;
  }
}
