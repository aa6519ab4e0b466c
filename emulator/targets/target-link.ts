import { connect } from 'node:net';
import { readBuffer } from '../net/reused-reads.ts';
import { SlabWriter } from '../net/slab-writer.ts';
import { bannerText, chargenBlock, createSink } from './builtins.ts';

/** Bytes waiting for a target at which the client is not read any more, and at which it is again. */
const highWater = 1024 * 1024;
const lowWater = 256 * 1024;

/** What a target tells. */
export interface TargetEvents {
  /** It takes bytes from now on. */
  readonly onOpen: () => void;
  /** `buffer[start, end)` is valid only during the call. */
  readonly onBytes: (buffer: Buffer, start: number, end: number) => void;
  readonly onWritable: () => void;
  readonly onEnd: () => void;
  readonly onError: () => void;
}

/** The data plane's end of a connection to a target. */
export interface TargetLink {
  /** What it says over and over, as fast as it is taken; it says nothing else then. */
  readonly repeats?: Buffer;
  /** Whether it looks at what it is given now. */
  readonly reads: boolean;
  /** Takes `buffer[start, end)`, which may change after the call. False: wait for `onWritable`. */
  write(buffer: Buffer, start: number, end: number): boolean;
  /** Stops and restarts what it says. */
  pause(): void;
  resume(): void;
  /** The client has left. */
  end(): void;
  destroy(): void;
}

const nothing = (): void => undefined;
const still = { pause: nothing, resume: nothing, end: nothing, destroy: nothing };

/** Built-in targets without a TCP connection to them. Calls of `events` come after this has returned. */
const inProcess: Readonly<Record<string, (events: TargetEvents) => TargetLink>> = {
  echo: (events) => {
    let isPaused = false;
    return {
      ...still,
      reads: true,
      write(buffer, start, end) {
        events.onBytes(buffer, start, end);
        return !isPaused;
      },
      pause() {
        isPaused = true;
      },
      resume() {
        isPaused = false;
        events.onWritable();
      },
    };
  },
  discard: () => ({ ...still, reads: false, write: () => true }),
  chargen: () => ({ ...still, reads: false, repeats: chargenBlock, write: () => true }),
  sink: (events) => {
    const sink = createSink();
    return {
      ...still,
      get reads() {
        return !sink.isCounting();
      },
      write(buffer, start, end) {
        const answer = sink.feed(buffer.subarray(start, end));
        if (answer !== undefined) events.onBytes(Buffer.from(answer), 0, 1);
        return true;
      },
    };
  },
  banner: (events) => {
    queueMicrotask(() => {
      const text = Buffer.from(bannerText);
      events.onBytes(text, 0, text.length);
      events.onEnd();
    });
    return { ...still, reads: false, write: () => true };
  },
};

/** Connects to a target: a built-in one by its name, any other one by its address. */
export function linkTo(
  target: { readonly name: string; readonly host: string; readonly port: number },
  events: TargetEvents,
): TargetLink {
  const builtin = inProcess[target.name];
  if (builtin) {
    const link = builtin(events);
    queueMicrotask(() => events.onOpen());
    return link;
  }
  const socket = connect({
    host: target.host,
    port: target.port,
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (bytes) => {
        events.onBytes(readBuffer, 0, bytes);
        return true;
      },
    },
  });
  let isFull = false;
  const writer = new SlabWriter(socket, () => {
    if (!isFull || writer.pendingBytes > lowWater) return;
    isFull = false;
    events.onWritable();
  });
  socket.on('connect', () => events.onOpen());
  socket.on('end', () => events.onEnd());
  socket.on('error', () => events.onError());
  return {
    reads: true,
    write(buffer, start, end) {
      writer.append(buffer, start, end);
      writer.flush();
      isFull = writer.pendingBytes > highWater;
      return !isFull;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end() {
      writer.finish();
      socket.end();
    },
    destroy: () => void socket.destroy(),
  };
}
