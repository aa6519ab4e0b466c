import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ReadTurn } from './read-turn.ts';

test('held again in the same tick, it reads nothing, and all of it afterwards', async () => {
  const server = createServer((socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let got = 0;
  const socket: Socket = connect({
    host: '127.0.0.1',
    port: (server.address() as { port: number }).port,
    onread: {
      buffer: Buffer.alloc(64),
      callback: (bytes) => {
        got += bytes;
        return true;
      },
    },
  });
  socket.pause();
  await once(socket, 'connect');
  const turn = new ReadTurn(socket, 'held');
  turn.release();
  turn.hold();
  await delay(50);
  expect(got).toBe(0);
  turn.release();
  await once(socket, 'end');
  expect(got).toBe(5);
  socket.destroy();
  server.close();
});
