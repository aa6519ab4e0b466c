import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Builtins, startBuiltins } from '../targets/builtins.ts';
import { type Link, type LinkOptions, startLink } from './link.ts';

let targets: Builtins;
let link: Link;
const open: Socket[] = [];

beforeAll(async () => {
  targets = await startBuiltins();
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await link.dispose();
});
afterAll(() => targets.dispose());

async function dial(target: string, options: LinkOptions): Promise<Socket> {
  link = await startLink({ host: '127.0.0.1', port: targets.port(target) ?? 0 }, options);
  return another();
}
async function another(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: link.port, noDelay: true, allowHalfOpen: true });
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}
async function echoMs(socket: Socket): Promise<number> {
  const startMs = performance.now();
  socket.write('x');
  await once(socket, 'data');
  return performance.now() - startMs;
}

it('takes one round trip for an echo, and one more for the first of a connection', async () => {
  const socket = await dial('echo', { rttMs: 60 });
  const first = await echoMs(socket);
  const second = await echoMs(socket);
  expect(first).toBeGreaterThanOrEqual(118);
  expect(second).toBeGreaterThanOrEqual(59);
  expect(second).toBeLessThan(first);
});

it('carries everything in order, and the end behind it', async () => {
  const socket = await dial('echo', { rttMs: 4, mbitPerSecond: 200 });
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_each, index) => index % 251));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(sent);
  await once(socket, 'end');
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});

it('is no faster than its rate, and holds no more than its queue and what is under way', async () => {
  const options = { rttMs: 10, mbitPerSecond: 80, queueBytes: 32_768 };
  const socket = await dial('sink', options);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(1_000_000n);
  socket.write(size);
  await once(socket, 'data');
  const startMs = performance.now();
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, link.heldBytes().up);
  }, 2);
  socket.write(Buffer.alloc(1_000_000));
  await once(socket, 'data');
  clearInterval(look);
  const rate = (1_000_000 * 8) / 1000 / (performance.now() - startMs - options.rttMs);
  expect(rate).toBeLessThan(84);
  // One piece of up to 64 KiB is taken when there was room for a part of it.
  expect(most).toBeLessThan(options.queueBytes + 65_536 + 50_000);
  expect(link.heldBytes()).toEqual({ up: 0, down: 0 });
});

it('is shared: what one connection queues the other waits for', async () => {
  const idle = await dial('echo', { rttMs: 2, mbitPerSecond: 8, queueBytes: 40_000 });
  await echoMs(idle);
  const alone = await echoMs(idle);
  const busy = await another();
  busy.write(Buffer.alloc(400_000));
  while (link.heldBytes().up < 30_000) await new Promise((resolve) => setImmediate(resolve));
  expect(await echoMs(idle)).toBeGreaterThan(alone + 15);
});

it('passes a reset on', async () => {
  const socket = await dial('discard', { rttMs: 2 });
  socket.write('x');
  while (link.heldBytes().up === 0) await new Promise((resolve) => setImmediate(resolve));
  socket.resetAndDestroy();
  await expect.poll(() => link.heldBytes().up).toBe(0);
});
