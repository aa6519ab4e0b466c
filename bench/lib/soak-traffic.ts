import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Door } from './door.ts';

/** Where the traffic goes. */
export interface SoakDoors {
  readonly echo: Door;
  readonly chargen: Door;
  readonly sink: Door;
}

/** What came of it. */
export interface SoakOutcome {
  readonly ended: number;
  readonly failed: number;
  readonly corrupted: number;
  readonly bytes: number;
}

/** Running traffic. */
export interface Soak {
  /** Ends it when every connection has come to its own end, or after half a minute. */
  stop(): Promise<SoakOutcome>;
}

const stopMs = 30_000;
/** What nothing moves on for so long was lost to a fault. */
const stallMs = 8000;

/** Bytes that say of each place in which stream they belong: 1 MiB, the same for every connection of one number. */
function streamOf(number: number): Buffer {
  const block = createHash('sha512').update(String(number)).digest();
  return Buffer.from(
    Array.from(
      { length: 1024 * 1024 },
      (_each, index) => (block[index % 64] ?? 0) ^ (index >> 6) ^ (index >> 14),
    ),
  );
}

class Corrupted extends Error {}

/** Starts so many workers, each with one connection after the other. */
export function startSoak(doors: SoakDoors, connections: number, readBuffer: Buffer): Soak {
  const state = { isOver: false };
  const outcome = { ended: 0, failed: 0, corrupted: 0, bytes: 0 };
  const sockets = new Set<Socket>();
  const streams = Array.from({ length: 8 }, (_each, number) => streamOf(number));

  const session = (door: Door, run: (socket: Socket, on: (read: (bytes: number) => void) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      let read: (bytes: number) => void = () => undefined;
      const socket = connect({
        host: door.address,
        port: door.port,
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (bytes) => {
            outcome.bytes += bytes;
            try {
              read(bytes);
            } catch (error) {
              reject(error);
              socket.destroy();
            }
            return true;
          },
        },
      });
      sockets.add(socket);
      socket.setTimeout(stallMs, () => socket.destroy(new Error('nothing moves')));
      socket.on('error', reject);
      socket.on('close', (hasFailed) => {
        sockets.delete(socket);
        if (!hasFailed && socket.bytesRead > 0) resolve();
        else reject(new Error('closed'));
      });
      run(socket, (next) => {
        read = next;
      });
    });

  /** Sends a stream and gets it back, byte by byte the same. */
  const echo = (stream: Buffer, bytes: number) =>
    session(doors.echo, (socket, on) => {
      let at = 0;
      on((got) => {
        for (let index = 0; index < got; ) {
          const from = at % stream.length;
          const length = Math.min(got - index, stream.length - from);
          if (readBuffer.compare(stream, from, from + length, index, index + length) !== 0) {
            throw new Corrupted(`at byte ${at}`);
          }
          index += length;
          at += length;
        }
        if (at > bytes) throw new Corrupted('more came than was sent');
        if (at === bytes) socket.destroy();
      });
      let sent = 0;
      const next = (): void => {
        if (sent >= bytes || socket.destroyed) return;
        const from = sent % stream.length;
        const length = Math.min(1 + Math.floor(Math.random() * 40_000), bytes - sent, stream.length - from);
        sent += length;
        socket.write(stream.subarray(from, from + length), next);
      };
      next();
    });

  const down = (bytes: number) =>
    session(doors.chargen, (socket, on) => {
      let left = bytes;
      on((got) => {
        left -= got;
        if (left <= 0) socket.destroy();
      });
    });

  const up = (stream: Buffer, bytes: number) =>
    session(doors.sink, (socket, on) => {
      const size = Buffer.alloc(8);
      size.writeBigUInt64BE(BigInt(bytes));
      socket.write(size);
      on(() => {
        on(() => socket.destroy());
        let left = bytes;
        const next = (): void => {
          if (left <= 0 || socket.destroyed) return;
          const part = stream.subarray(0, Math.min(left, 65_536));
          left -= part.length;
          socket.write(part, next);
        };
        next();
      });
    });

  /** Says a little now and then. */
  const idle = (stream: Buffer) =>
    session(doors.echo, (socket, on) => {
      let rounds = 5;
      let have = 0;
      on((got) => {
        // One message comes back in as many pieces as there were frames.
        if (readBuffer.compare(stream, have, have + got, 0, got) !== 0) throw new Corrupted('idle');
        have += got;
        if (have < 10) return;
        have = 0;
        rounds -= 1;
        if (rounds === 0 || state.isOver) socket.destroy();
        else setTimeout(() => socket.write(stream.subarray(0, 10)), 1000 + Math.random() * 4000);
      });
      socket.write(stream.subarray(0, 10));
    });

  const work = async (number: number): Promise<void> => {
    while (!state.isOver) {
      const stream = streams[(number + Math.floor(Math.random() * 8)) % 8] ?? Buffer.alloc(0);
      const kind = Math.random();
      try {
        if (kind < 0.4) await echo(stream, 1 + Math.floor(Math.random() * 2_000_000));
        else if (kind < 0.55) await down(4_000_000 + Math.floor(Math.random() * 16_000_000));
        else if (kind < 0.7) await up(stream, 1_000_000 + Math.floor(Math.random() * 8_000_000));
        else if (kind < 0.85) await idle(stream);
        else await echo(stream, 6);
        outcome.ended += 1;
      } catch (error) {
        if (error instanceof Corrupted) outcome.corrupted += 1;
        else outcome.failed += 1;
      }
      await delay(Math.random() * 500);
    }
  };
  const all = Promise.all(Array.from({ length: connections }, (_each, number) => work(number)));
  return {
    async stop() {
      state.isOver = true;
      await Promise.race([all, delay(stopMs, undefined, { ref: false })]);
      for (const socket of sockets) socket.destroy();
      return outcome;
    },
  };
}
