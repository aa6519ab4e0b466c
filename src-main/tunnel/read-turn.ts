import type { Socket } from 'node:net';

/** Bytes that one connection may take in one turn of the event loop. */
const turnBytes = 32 * 1024;

/**
 * Shares the thread between connections: one that moves data at full speed is read in slices, so that a keystroke on another
 * waits for one slice and not for megabytes. Node would read up to 32 buffers of one connection before it looks at the
 * next. Also the one place that stops and restarts reading, for whatever reason.
 */
export class ReadTurn {
  private readonly socket: Socket;
  private takenBytes = 0;
  private isScheduled = false;
  private isResting = false;
  private isHeld: boolean;
  private readonly next = (): void => {
    this.isScheduled = false;
    this.takenBytes = 0;
    if (!this.isResting) return;
    this.isResting = false;
    if (!this.isHeld) this.start();
  };

  /** `held`: the socket is paused, and stays so until {@link release}. */
  constructor(socket: Socket, state: 'held' | 'reading') {
    this.socket = socket;
    this.isHeld = state === 'held';
  }

  /** Counts what was read. */
  took(bytes: number): void {
    this.takenBytes += bytes;
    if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(this.next);
    }
    if (this.takenBytes < turnBytes || this.isResting) return;
    this.isResting = true;
    this.socket.pause();
  }

  /** Reads nothing more, for the sake of whoever takes the bytes. */
  hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.socket.pause();
  }

  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    if (!this.isResting) this.start();
  }

  /** Node begins to read a tick after it was asked to, also if it has been told to pause meanwhile. */
  private start(): void {
    this.socket.resume();
    process.nextTick(() => {
      if (this.isHeld || this.isResting) this.socket.pause();
    });
  }
}
