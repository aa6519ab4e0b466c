import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chargenBlock } from '../../emulator/targets/builtins.ts';
import { type LongLab, ports, startLongLab, watchMemory } from './long-lab.ts';

// A side that does not read holds up the other one, all the way: nothing piles up in between, nobody is taken for dead, and
// when it reads again everything arrives.

const gibibyte = 2 ** 30;
const stallMs = Number(process.env['STALL_SECONDS'] ?? 60) * 1000;
const downloadBytes = Number(process.env['DOWNLOAD_GIBIBYTES'] ?? 4) * gibibyte;
const uploadBytes = Number(process.env['UPLOAD_GIBIBYTES'] ?? 1) * gibibyte;
/** By which the engine's process may grow while nothing moves. */
const allowedGrowth = 32;
/** Until the buffers on the way have filled and the garbage of the transfer is gone. */
const settleMs = 2_000;

/** A server that takes everything, and stops reading for a while when told. */
let server: Server;
const takings: Taking[] = [];
const latest = (): Taking | undefined => takings.at(-1);

interface Taking {
  readonly socket: Socket;
  readonly hash: ReturnType<typeof createHash>;
  bytes: number;
}

let lab: LongLab;
beforeAll(async () => {
  server = createServer((socket) => {
    const current: Taking = { socket, hash: createHash('sha256'), bytes: 0 };
    takings.push(current);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      current.bytes += chunk.length;
      current.hash.update(chunk);
      if (current.bytes === uploadBytes) socket.write(current.hash.digest('hex'));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  lab = await startLongLab({ targetPort: (server.address() as AddressInfo).port });
});
afterAll(async () => {
  await lab?.dispose();
  latest()?.socket.destroy();
  server?.close();
});

const stateOf = async () => {
  const [{ errors }, { rssBytes }] = await Promise.all([
    lab.engine.call('tally', null),
    lab.engine.call('usage', null),
  ]);
  return { errors, mebibytes: Math.round(rssBytes / 2 ** 20) };
};

async function stall(name: string): Promise<number> {
  await watchMemory(lab, settleMs);
  const { least, most } = await watchMemory(lab, stallMs);
  console.log(`${name}: ${least.toFixed(1)} to ${most.toFixed(1)} MiB in ${stallMs / 1000} s of standstill`);
  return most - least;
}

test('a download whose reader stops for a minute: memory stays flat, then all of it arrives', async () => {
  const { address, port } = await lab.open({ remotePort: ports.chargen });
  const expected = Buffer.concat([chargenBlock, chargenBlock]);
  const socket = connect({ host: address, port });
  let bytes = 0;
  let isRight = true;
  let reached: () => void = () => undefined;
  let wanted = downloadBytes / 8;
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      const from = (bytes + at) % chargenBlock.length;
      const length = Math.min(chunk.length - at, expected.length - from);
      isRight &&= chunk.compare(expected, from, from + length, at, at + length) === 0;
      at += length;
    }
    bytes += chunk.length;
    if (bytes >= wanted) reached();
  });
  const until = (amount: number) => {
    wanted = amount;
    const failed = new Promise<never>((_resolve, reject) => {
      socket.once('close', () => reject(new Error(`the connection ended after ${bytes} bytes`)));
    });
    return Promise.race([new Promise<void>((resolve) => (reached = resolve)), failed]);
  };
  socket.on('error', () => undefined);
  const startMs = performance.now();
  await until(downloadBytes / 8);
  socket.pause();
  const growth = await stall('download');
  expect(growth).toBeLessThan(allowedGrowth);
  const stalledAt = bytes;
  socket.resume();
  await until(downloadBytes);
  const seconds = (performance.now() - startMs - stallMs - settleMs) / 1000;
  console.log(`download: ${bytes} bytes, ${(bytes / 2 ** 20 / seconds).toFixed(0)} MiB/s`);
  expect(bytes).toBeGreaterThan(stalledAt);
  expect(isRight).toBe(true);
  socket.resetAndDestroy();
  expect((await stateOf()).errors).toEqual({});
});

test('an upload whose target stops reading for a minute: flat, not taken for dead, then all of it arrives', async () => {
  const { address, port } = await lab.open({ remotePort: ports.ofTheTest });
  const socket = connect({ host: address, port });
  const failed = new Promise<never>((_resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection ended')));
  });
  failed.catch(() => undefined);
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  const hash = createHash('sha256');
  // No multiple of anything that is a size on the way.
  const block = randomBytes(1_000_003);
  const send = async () => {
    for (let left = uploadBytes; left > 0; ) {
      const part = left < block.length ? block.subarray(0, left) : block;
      left -= part.length;
      hash.update(part);
      if (!socket.write(part)) await Promise.race([once(socket, 'drain'), failed]);
    }
  };
  const sending = send();
  for (const each of [answer, sending]) each.catch(() => undefined); // `failed` tells
  await expect.poll(() => latest()?.bytes ?? 0, { timeout: 60_000 }).toBeGreaterThan(uploadBytes / 8);
  latest()?.socket.pause();
  const growth = await stall('upload');
  const stalledAt = latest()?.bytes ?? 0;
  expect(growth).toBeLessThan(allowedGrowth);
  expect((await stateOf()).errors).toEqual({});
  latest()?.socket.resume();
  await Promise.race([sending, failed]);
  const [digest] = await Promise.race([answer, failed]);
  expect(digest.toString()).toBe(hash.digest('hex'));
  console.log(`upload: stood still at ${stalledAt}, all of ${latest()?.bytes} bytes arrived`);
  socket.resetAndDestroy();
  expect((await stateOf()).errors).toEqual({});
});
