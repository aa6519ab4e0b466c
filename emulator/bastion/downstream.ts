import type { WebSocket } from 'ws';
import type { Fault } from '../estate/faults.ts';

/** Above this many bytes waiting in the WebSocket the target is not read any more. */
const highWater = 1024 * 1024;
/** Below this many it is read again. */
const lowWater = 256 * 1024;

/** How bytes of the target become frames. */
export interface FrameShape {
  readonly frameSize: Fault<'frameSize'> | undefined;
  readonly fragmentFrames: Fault<'fragmentFrames'> | undefined;
}

/** Sends what the target says; calls `pause` and `resume` so that a slow client slows the target. */
export interface Downstream {
  push(chunk: Buffer): void;
  /** Sends what is held back for a large frame. */
  flush(): void;
}

/** One frame for each chunk, or the frames that a fault asks for. */
export function createDownstream(
  socket: WebSocket,
  shape: FrameShape,
  flow: { pause(): void; resume(): void },
): Downstream {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let isPaused = false;
  const sent = (): void => {
    if (isPaused && socket.bufferedAmount < lowWater) {
      isPaused = false;
      flow.resume();
    }
  };
  const send = (frame: Buffer, fin = true): void => {
    socket.send(frame, { binary: true, fin }, sent);
    if (!isPaused && socket.bufferedAmount > highWater) {
      isPaused = true;
      flow.pause();
    }
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (heldBytes === 0) return;
    const all = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    send(all);
  };
  const split = (chunk: Buffer, size: number): Buffer[] => {
    const parts: Buffer[] = [];
    for (let at = 0; at < chunk.length; at += size) parts.push(chunk.subarray(at, at + size));
    return parts;
  };
  return {
    push(chunk) {
      const { frameSize, fragmentFrames } = shape;
      if (fragmentFrames) {
        const parts = split(chunk, fragmentFrames.bytes);
        for (const [index, part] of parts.entries()) send(part, index === parts.length - 1);
        return;
      }
      if (!frameSize) {
        send(chunk);
        return;
      }
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes >= frameSize.bytes) {
        const parts = split(Buffer.concat(held, heldBytes), frameSize.bytes);
        const rest = (parts.at(-1)?.length ?? 0) < frameSize.bytes ? parts.pop() : undefined;
        held = rest ? [rest] : [];
        heldBytes = rest?.length ?? 0;
        for (const part of parts) send(part);
      }
      // A target that falls silent must not wait for a frame to fill.
      clearTimeout(timer);
      if (heldBytes > 0) timer = setTimeout(flush, 5).unref();
    },
    flush,
  };
}
