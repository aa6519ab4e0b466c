/**
 * Baseline `limit`: what a TLS connection can carry in this thread when nothing is relayed. Down: reads into one reused
 * buffer and drops what it reads. Up: writes the same prebuilt masked frames again and again. Whoever relays has all of
 * this to do, and the local side as well.
 */
import { randomBytes } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { exchange, type TunnelPlan } from './exchange.ts';
import { maskedFrame } from './masked-frame.ts';

/** One measurement. */
export interface LimitTask {
  readonly plan: TunnelPlan;
  readonly direction: 'down' | 'up';
  readonly bytes: number;
  /** Payload of one frame, upwards. */
  readonly messageBytes: number;
}

const header = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Runs one measurement; resolves with its seconds, from the first byte on. */
export async function runLimit(task: LimitTask): Promise<number> {
  const { plan } = task;
  const { path, end } = await exchange(plan);
  return new Promise((resolve, reject) => {
    let onBytes: (bytes: number) => void = () => undefined;
    const onread = {
      buffer: readBuffer,
      callback: (bytes: number) => {
        onBytes(bytes);
        return true;
      },
    };
    const options = { host: '127.0.0.1', port: plan.port, servername: plan.host, ca: [...plan.ca], onread };
    const socket = connect(options);
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
    const done = (seconds: number): void => {
      resolve(seconds);
      socket.destroy();
      end();
    };
    socket.on('secureConnect', () => {
      const key = randomBytes(16).toString('base64');
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${plan.host}\r\n${header}Sec-WebSocket-Key: ${key}\r\n\r\n`,
      );
    });
    // The first bytes are the answer to the upgrade; frames may be in the same piece.
    onBytes = () => {
      onBytes = task.direction === 'down' ? countDown(task.bytes, done) : () => undefined;
      if (task.direction === 'up') onBytes = sendUp(socket, task, done);
    };
  });
}

function countDown(bytes: number, done: (seconds: number) => void): (bytes: number) => void {
  let left = bytes;
  let startMs = 0;
  return (piece) => {
    if (startMs === 0) startMs = performance.now();
    else left -= piece;
    if (left <= 0) done((performance.now() - startMs) / 1000);
  };
}

/** Speaks to the target `sink`: a number of bytes, `R`, the bytes, `D`. */
function sendUp(
  socket: TLSSocket,
  task: LimitTask,
  done: (seconds: number) => void,
): (bytes: number) => void {
  const one = maskedFrame(Buffer.alloc(task.messageBytes, 0x61));
  const perBlock = Math.max(1, Math.floor(262_144 / task.messageBytes));
  const block = Buffer.concat(Array.from({ length: perBlock }, () => one));
  const blocks = Math.ceil(task.bytes / (perBlock * task.messageBytes));
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(blocks * perBlock * task.messageBytes));
  socket.write(maskedFrame(size));
  let startMs = 0;
  let written = 0;
  const next = (): void => {
    if (written === blocks) return;
    written += 1;
    socket.write(block, next);
  };
  return () => {
    if (startMs !== 0) {
      done((performance.now() - startMs) / 1000);
      return;
    }
    startMs = performance.now();
    next();
    next();
  };
}
