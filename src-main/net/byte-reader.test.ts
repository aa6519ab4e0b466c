import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { start } from './testing/servers.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function dial(serve: (socket: Socket) => void): Promise<Socket> {
  const server = await start(createServer(serve));
  open.push(server.dispose);
  const socket = connect(server.port, '127.0.0.1');
  open.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

test('reads what is asked for, however it comes, and leaves the rest', async () => {
  const socket = await dial((peer) => {
    peer.write('ab');
    peer.once('data', () => peer.write('cdefg'));
  });
  const reader = new ByteReader(socket, new AbortController().signal);
  const first = reader.read(5);
  socket.write('more');
  expect((await first).toString()).toBe('abcde');
  expect((await reader.read(1)).toString()).toBe('f');
  expect((await reader.read(1)).toString()).toBe('g');
});

test('an end before the last byte is an error, and so are a reset and an abort', async () => {
  const ended = await dial((peer) => peer.end('ab'));
  await expect(new ByteReader(ended, new AbortController().signal).read(3)).rejects.toThrow('closed');
  const reset = await dial((peer) => peer.once('data', () => peer.resetAndDestroy()));
  const lost = new ByteReader(reset, new AbortController().signal).read(1);
  reset.write('x');
  await expect(lost).rejects.toThrow();
  const silent = await dial(() => undefined);
  const abort = new AbortController();
  const waiting = new ByteReader(silent, abort.signal).read(1);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(new ByteReader(silent, abort.signal).read(1)).rejects.toThrow('enough');
});
