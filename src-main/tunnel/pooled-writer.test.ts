import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { BufferPool, slabBytes } from './buffer-pool.ts';
import { PooledWriter } from './pooled-writer.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Two ends of a real connection. */
async function pair(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  endings.push(
    () => client.destroy(),
    () => accepted.destroy(),
    () => server.close(),
  );
  client.on('error', () => undefined);
  accepted.on('error', () => undefined);
  return [client, accepted];
}

/** Counts what goes in and out of the pool. */
class CountingPool extends BufferPool {
  readonly out = new Set<Buffer>();
  returnedTwice = 0;

  override take(bytes: number): Buffer {
    const slab = super.take(bytes);
    this.out.add(slab);
    return slab;
  }

  override give(slab: Buffer): void {
    if (!this.out.delete(slab)) this.returnedTwice++;
    super.give(slab);
  }
}

test('bytes of every size arrive in order, and every buffer comes back once', async () => {
  const [client, accepted] = await pair();
  const pool = new CountingPool();
  const writer = new PooledWriter({ socket: client, pool, onWritten: () => undefined });
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  accepted.on('data', (chunk: Buffer) => received.push(chunk));
  for (const size of [1, 7_999, 8_192, 8_193, 1, slabBytes, slabBytes + 1, 300_000, 3]) {
    const bytes = Buffer.alloc(size, size & 255);
    sent.push(Buffer.from(bytes));
    writer.append(bytes, 0, size);
    bytes.fill(0); // the source is free at once
    writer.endChunk();
  }
  const total = Buffer.concat(sent);
  await expect.poll(() => Buffer.concat(received).length).toBe(total.length);
  expect(Buffer.concat(received).equals(total)).toBe(true);
  await expect.poll(() => writer.pendingBytes).toBe(0);
  expect(pool.out.size).toBe(0);
  expect(pool.returnedTwice).toBe(0);
});

test('a buffer that is still being written is never handed out again', async () => {
  const [client, accepted] = await pair();
  accepted.pause();
  const pool = new CountingPool();
  const writer = new PooledWriter({ socket: client, pool, onWritten: () => undefined });
  // More than the kernel takes while nobody reads.
  for (let count = 0; count < 400; count++) {
    writer.append(Buffer.alloc(65_536, count & 255), 0, 65_536);
    writer.flush();
  }
  expect(writer.pendingBytes).toBeGreaterThan(1024 * 1024);
  const busy = new Set(pool.out);
  const fresh = Array.from({ length: 50 }, () => pool.take(65_536));
  expect(fresh.some((slab) => busy.has(slab))).toBe(false);
  const sent = Buffer.concat(
    Array.from({ length: 400 }, (_each, count) => Buffer.alloc(65_536, count & 255)),
  );
  let at = 0;
  let wrong = 0;
  accepted.on('data', (chunk: Buffer) => {
    if (!chunk.equals(sent.subarray(at, at + chunk.length))) wrong++;
    at += chunk.length;
  });
  accepted.resume();
  await expect.poll(() => at, { timeout: 10_000 }).toBe(sent.length);
  expect(wrong).toBe(0);
});

test('what a broken connection was still writing is not given back', async () => {
  const [client, accepted] = await pair();
  accepted.pause();
  const pool = new CountingPool();
  const writer = new PooledWriter({ socket: client, pool, onWritten: () => undefined });
  for (let count = 0; count < 400; count++) {
    writer.append(Buffer.alloc(65_536), 0, 65_536);
    writer.flush();
  }
  const busy = pool.out.size;
  expect(busy).toBeGreaterThan(10);
  client.destroy();
  await once(client, 'close');
  expect(pool.out.size).toBe(busy);
});

test('many writers share the memory that few may have each', async () => {
  const pool = new BufferPool();
  const alone = pool.highWaterBytes;
  const leave = Array.from({ length: 400 }, () => pool.join());
  expect(pool.highWaterBytes).toBeLessThan(alone / 4);
  expect(pool.highWaterBytes * 400).toBeLessThan(64 * 1024 * 1024);
  for (const each of leave) {
    each();
    each();
  }
  expect(pool.highWaterBytes).toBe(alone);
});

test('many small writes to somebody who does not read hold little more memory than their bytes', async () => {
  const [client, accepted] = await pair();
  accepted.pause();
  const pool = new CountingPool();
  const writer = new PooledWriter({ socket: client, pool, onWritten: () => undefined });
  const keystroke = Buffer.alloc(400, 'x');
  let sentBytes = 0;
  while (!writer.isFull) {
    writer.append(keystroke, 0, keystroke.length);
    writer.endChunk();
    sentBytes += keystroke.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const heldBytes = [...pool.out].reduce((sum, slab) => sum + slab.length, 0);
  expect(heldBytes).toBeLessThan(2 * writer.pendingBytes);
  let received = 0;
  accepted.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  accepted.resume();
  await expect.poll(() => received, { timeout: 9_000 }).toBe(sentBytes);
  expect(writer.pendingBytes).toBe(0);
  expect(pool.out.size).toBe(0);
});
