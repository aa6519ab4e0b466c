/** The local programs: TCP clients that read into reused memory and write reused buffers, so that they are not the limit. */
import { connect, type Socket } from 'node:net';
import { quantile } from './lib/statistics.ts';
import { answerCalls } from './lib/rpc.ts';
import type { Door } from './lib/door.ts';
import { type Soak, type SoakDoors, type SoakOutcome, startSoak } from './lib/soak-traffic.ts';

const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);
const writeBuffer = Buffer.alloc(64 * 1024, 'The quick brown fox jumps over the lazy dog. ');
/** A connection on which nothing happens for so long has failed. */
const stallMs = 20_000;

interface Line {
  readonly socket: Socket;
  onRead: (bytes: number) => void;
  readonly failed: Promise<never>;
}

function dial({ address, port }: Door): Line {
  const line: { socket: Socket; onRead: (bytes: number) => void; failed: Promise<never> } = {
    onRead: () => undefined,
    socket: connect({
      host: address,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          line.onRead(bytes);
          return true;
        },
      },
    }),
    failed: new Promise<never>((_resolve, reject) => {
      queueMicrotask(() => {
        line.socket.setTimeout(stallMs, () => line.socket.destroy(new Error('nothing moves')));
        line.socket.on('error', reject);
        line.socket.on('close', () => reject(new Error('the connection was closed')));
      });
    }),
  };
  line.failed.catch(() => undefined);
  return line;
}

/** Runs something on a fresh connection and cuts it afterwards. */
async function withLine<T>(door: Door, run: (line: Line) => Promise<T>): Promise<T> {
  const line = dial(door);
  try {
    return await Promise.race([run(line), line.failed]);
  } finally {
    line.socket.destroy();
  }
}

const connected = (line: Line): Promise<void> =>
  new Promise((resolve) => line.socket.once('connect', () => resolve()));

/** Writes one buffer again and again, until so many bytes are under way or `isOver` says so. */
function pump(socket: Socket, bytes: number, isOver: () => boolean = () => false): void {
  let left = bytes;
  const next = (): void => {
    if (left <= 0 || socket.destroyed || isOver()) return;
    const part = left < writeBuffer.length ? writeBuffer.subarray(0, left) : writeBuffer;
    left -= part.length;
    socket.write(part, next);
  };
  next();
  next();
}

/** Echoes one after the other; gives their times in microseconds. */
function pingPong(line: Line, count: number, bytes: number, until?: () => boolean): Promise<number[]> {
  return new Promise((resolve) => {
    const message = writeBuffer.subarray(0, bytes);
    const times: number[] = [];
    let sentAt = 0n;
    let left = 0;
    const send = (): void => {
      left = bytes;
      sentAt = process.hrtime.bigint();
      line.socket.write(message);
    };
    line.onRead = (got) => {
      left -= got;
      if (left > 0) return;
      times.push(Number(process.hrtime.bigint() - sentAt) / 1000);
      if (times.length >= count || until?.()) resolve(times);
      else send();
    };
    send();
  });
}

interface Flow {
  readonly line: Line;
  readonly startMs: number;
  bytes: number;
}

const flows = new Map<number, Flow>();
let crowd: Line[] = [];
let nextFlow = 1;
let soak: Soak | undefined;

const calls = {
  /** Seconds for so many bytes of `chargen`, from the first one on. */
  down: ({ door, bytes }: { door: Door; bytes: number }): Promise<number> =>
    withLine(door, (line) => {
      let left = bytes;
      let startMs = 0;
      return new Promise((resolve) => {
        line.onRead = (got) => {
          if (startMs === 0) startMs = performance.now();
          else left -= got;
          if (left <= 0) resolve((performance.now() - startMs) / 1000);
        };
      });
    }),

  /** Seconds until so many bytes have arrived at the target `sink`. */
  up: ({ door, bytes }: { door: Door; bytes: number }): Promise<number> =>
    withLine(door, async (line) => {
      const size = Buffer.alloc(8);
      size.writeBigUInt64BE(BigInt(bytes));
      const answer = (): Promise<void> =>
        new Promise((resolve) => {
          line.onRead = () => resolve();
        });
      line.socket.write(size);
      await answer();
      const startMs = performance.now();
      pump(line.socket, bytes);
      await answer();
      return (performance.now() - startMs) / 1000;
    }),

  /** Quantiles of the times of echoes, in microseconds. */
  echo: ({ door, count, bytes }: { door: Door; count: number; bytes: number }) =>
    withLine(door, async (line) => {
      await pingPong(line, Math.min(200, count), bytes);
      const times = await pingPong(line, count, bytes);
      return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99) };
    }),

  /** Milliseconds from the call of connect to the first byte. */
  firstByte: ({ door }: { door: Door }): Promise<number> => {
    const startMs = performance.now();
    return withLine(
      door,
      (line) =>
        new Promise((resolve) => {
          line.onRead = () => resolve(performance.now() - startMs);
        }),
    );
  },

  /** Starts a transfer without end. */
  async startFlow({ door, direction }: { door: Door; direction: 'down' | 'up' }): Promise<number> {
    const line = dial(door);
    await Promise.race([connected(line), line.failed]);
    const flow: Flow = { line, startMs: performance.now(), bytes: 0 };
    if (direction === 'up') pump(line.socket, Number.POSITIVE_INFINITY);
    line.onRead = (got) => {
      flow.bytes += got;
    };
    const id = nextFlow++;
    flows.set(id, flow);
    return id;
  },
  /** What a transfer has moved so far, as the local program sees it. */
  flow({ id }: { id: number }): { bytes: number; seconds: number } {
    const flow = flows.get(id);
    if (flow === undefined) throw new Error('no such transfer');
    const { line, bytes, startMs } = flow;
    return { bytes: bytes + line.socket.bytesWritten, seconds: (performance.now() - startMs) / 1000 };
  },
  stopFlow({ id }: { id: number }): null {
    flows.get(id)?.line.socket.destroy();
    flows.delete(id);
    return null;
  },

  /** Opens so many connections at once; seconds until each has echoed six bytes. */
  async crowdOpen({ door, count }: { door: Door; count: number }): Promise<number> {
    const startMs = performance.now();
    crowd = Array.from({ length: count }, () => dial(door));
    await Promise.all(crowd.map((line) => Promise.race([pingPong(line, 1, 6), line.failed])));
    return (performance.now() - startMs) / 1000;
  },
  /** Echoes so many bytes on each of them at once; seconds until all are back. */
  async crowdEcho({ bytes }: { bytes: number }): Promise<number> {
    const startMs = performance.now();
    const all = crowd.map((line) => {
      const back = new Promise<void>((resolve) => {
        let left = bytes;
        line.onRead = (got) => {
          left -= got;
          if (left <= 0) resolve();
        };
      });
      pump(line.socket, bytes);
      return Promise.race([back, line.failed]);
    });
    await Promise.all(all);
    return (performance.now() - startMs) / 1000;
  },
  /** Keeps so many connections of mixed kinds open, and checks every byte that comes back. */
  startSoak({ doors, connections }: { doors: SoakDoors; connections: number }): null {
    soak = startSoak(doors, connections, readBuffer);
    return null;
  },
  async stopSoak(_params: null): Promise<SoakOutcome> {
    if (soak === undefined) throw new Error('no soak is running');
    return soak.stop();
  },
  crowdClose(_params: null): null {
    for (const line of crowd) line.socket.destroy();
    crowd = [];
    return null;
  },
};

/** What this process answers. */
export type LoadCalls = typeof calls;

answerCalls(Number(process.env['BENCH_HUB']), process.env['BENCH_NAME'] ?? 'load', calls);
