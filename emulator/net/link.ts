import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { readInPlace } from './reused-reads.ts';

/** A link between client and data plane. */
export interface LinkOptions {
  /** Round trip of an empty link. */
  readonly rttMs: number;
  /** Rate of each way, shared by all connections; absent: no limit. */
  readonly mbitPerSecond?: number;
  /** What waits for the link at the most, each way; absent: 256 KiB. */
  readonly queueBytes?: number;
}

/** A running link. */
export interface Link {
  readonly port: number;
  /** Bytes that the link has taken and not delivered: those in its queue and those under way. */
  heldBytes(): { readonly up: number; readonly down: number };
  dispose(): Promise<void>;
}

const usualQueueBytes = 256 * 1024;
/** Most bytes taken in one piece: the grain in which connections share the link. */
const grainBytes = 2048;
/** Bytes under way at the most, where no rate is set. */
const mostUnderWay = 16 * 1024 * 1024;
/** A receiver that does not read holds the sender up when so much waits for it. */
const mostUndelivered = 256 * 1024;

/** One way of the link. Bytes are sent one after the other at its rate, and arrive half a round trip later. */
class Way {
  held = 0;
  private readonly bytesPerMs: number;
  private readonly queueBytes: number;
  private freeAtMs = 0;
  private readonly waiting = new Set<Socket>();
  private timer: NodeJS.Timeout | undefined;

  constructor({ mbitPerSecond, queueBytes = usualQueueBytes }: LinkOptions) {
    this.bytesPerMs =
      mbitPerSecond === undefined ? Number.POSITIVE_INFINITY : (mbitPerSecond * 1e6) / 8 / 1000;
    this.queueBytes = queueBytes;
  }

  /** Takes bytes of a sender; gives when their last one has left. A sender that finds the queue full must wait. */
  take(sender: Socket, bytes: number): number {
    const nowMs = performance.now();
    this.held += bytes;
    this.freeAtMs = Math.max(nowMs, this.freeAtMs) + bytes / this.bytesPerMs;
    if (this.overMs(nowMs) > 0 || this.held > mostUnderWay) {
      sender.pause();
      this.waiting.add(sender);
      this.wakeLater(nowMs);
    }
    return this.freeAtMs;
  }

  forget(sender: Socket): void {
    this.waiting.delete(sender);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  /** How long it takes until the queue has room. */
  private overMs(nowMs: number): number {
    if (this.bytesPerMs === Number.POSITIVE_INFINITY) return 0;
    return this.freeAtMs - nowMs - this.queueBytes / this.bytesPerMs;
  }

  private wakeLater(nowMs: number): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        const now = performance.now();
        if (this.overMs(now) > 0 || this.held > mostUnderWay) {
          this.wakeLater(now);
          return;
        }
        const senders = [...this.waiting];
        this.waiting.clear();
        for (const sender of senders) sender.resume();
      },
      Math.max(1, Math.ceil(this.overMs(nowMs))),
    );
  }
}

type Parcel = { readonly atMs: number; readonly bytes: Buffer | 'end' };

/** Carries what `from` says over a way to `to`, in order. */
function carry(way: Way, from: Socket, to: Socket, delayMs: number, firstDelayMs: number): void {
  const parcels: Parcel[] = [];
  let lastAtMs = 0;
  let extraMs = firstDelayMs;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const deliver = (): void => {
    timer = undefined;
    for (let first = parcels[0]; first !== undefined; first = parcels[0]) {
      const waitMs = first.atMs - performance.now();
      if (waitMs > 0.5) {
        timer = setTimeout(deliver, waitMs);
        return;
      }
      parcels.shift();
      if (first.bytes === 'end') {
        to.end();
        continue;
      }
      const { length } = first.bytes;
      way.held -= length;
      const isFull = !to.write(first.bytes) && to.writableLength > mostUndelivered;
      if (isFull) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    }
  };
  const post = (leavesAtMs: number, bytes: Buffer | 'end'): void => {
    // In order: nothing overtakes what was charged with the handshake.
    lastAtMs = Math.max(lastAtMs, leavesAtMs + delayMs + extraMs);
    extraMs = 0;
    parcels.push({ atMs: lastAtMs, bytes });
    if (timer === undefined) timer = setTimeout(deliver, Math.max(0, lastAtMs - performance.now()));
  };
  readInPlace(from, (buffer, bytes) => {
    for (let at = 0; at < bytes; at += grainBytes) {
      const part = Buffer.from(buffer.subarray(at, Math.min(bytes, at + grainBytes)));
      post(way.take(from, part.length), part);
    }
  });
  from.on('end', () => post(performance.now(), 'end'));
  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    way.forget(from);
    clearTimeout(timer);
    for (const { bytes } of parcels) if (bytes !== 'end') way.held -= bytes.length;
  };
  // A reset overtakes what is under way; an end in order is behind it.
  from.on('error', () => {
    setTimeout(() => {
      stop();
      to.resetAndDestroy();
    }, delayMs);
  });
  to.on('close', stop);
  from.resume();
}

/**
 * Opens a port of 127.0.0.1 that leads to another one over a link with a round trip and a rate. No packet is ever lost:
 * where a router would drop, the sender is not read, and its own buffers fill.
 *
 * The round trip of the TCP handshake cannot be delayed from outside; it is charged to the first bytes of each
 * connection, so that round trips are counted right.
 */
export async function startLink(
  target: { readonly host: string; readonly port: number },
  options: LinkOptions,
): Promise<Link> {
  const up = new Way(options);
  const down = new Way(options);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true, noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    far.once('connect', () => {
      carry(up, near, far, options.rttMs / 2, options.rttMs);
      carry(down, far, near, options.rttMs / 2, 0);
    });
    // Ends travel as the bytes do; only a side that has gone before anything could travel takes the other along.
    far.once('error', () => setTimeout(() => near.resetAndDestroy(), options.rttMs / 2));
    near.once('close', () => {
      if (far.connecting) far.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    heldBytes: () => ({ up: up.held, down: down.held }),
    async dispose() {
      up.dispose();
      down.dispose();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
