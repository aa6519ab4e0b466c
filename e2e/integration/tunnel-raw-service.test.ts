import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificates } from '../../emulator/net/certificates.ts';
import type { TunnelEngine } from '../../src-main/tunnel/engine.ts';
import type { TunnelAddress } from '../../src-main/tunnel/tunnel-types.ts';
import { openPlainTunnel, plainEngine } from '../support/plain-engine.ts';
import { dial } from '../support/tunnel-lab.ts';

// What a hostile or broken service may send right behind its 101, byte for byte.

let folder: string;
let server: Server;
let engine: TunnelEngine;
let address: TunnelAddress;
let next = Buffer.alloc(0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raw-service-'));
  const { ca, key, cert } = await makeCertificates(folder, []);
  server = createServer({ key, cert }, (request, response) => {
    request.resume();
    response.end(JSON.stringify({ authToken: 'A'.repeat(64), nodeId: '10.0.0.4', websocketToken: 'w1' }));
  });
  server.on('upgrade', (request, socket: Socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    const head = `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), next]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  engine = plainEngine({ port: (server.address() as AddressInfo).port, ca });
  address = await openPlainTunnel(engine, { id: 'raw', localAddress: '127.70.9.7' });
});
afterAll(async () => {
  await engine?.dispose();
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const a = [0x82, 1, 0x61];
const close = [0x88, 2, 3, 232];

test.each<[string, readonly number[], 'end' | 'reset', string]>([
  ['a message and a close', [...a, ...close], 'end', 'a'],
  ['bytes after the close', [...a, ...close, 0x82, 1, 0x62], 'end', 'a'],
  ['a close in the middle of a message', [0x02, 1, 0x61, ...close], 'reset', 'a'],
  ['a masked frame', [...a, 0x82, 0x81, 1, 2, 3, 4, 5], 'reset', 'a'],
  ['a frame with reserved bits', [...a, 0xc2, 1, 0x62], 'reset', 'a'],
  ['a frame of impossible length', [...a, 0x82, 127, 255, 255, 255, 255, 0, 0, 0, 0], 'reset', 'a'],
  ['a ping that is too long', [...a, 0x89, 126, 1, 0], 'reset', 'a'],
  ['a fragment that continues nothing', [...a, 0x80, 1, 0x62], 'reset', 'a'],
  ['a close with the code 0', [...a, 0x88, 2, 0, 0], 'reset', 'a'],
])('%s', async (_name, bytes, end, received) => {
  next = Buffer.from(bytes);
  const program = await dial(address);
  expect(await program.ended).toBe(end);
  expect(program.received.toString()).toBe(received);
});

test('ten thousand pings at once, and data behind them', async () => {
  next = Buffer.concat([
    ...Array.from({ length: 10_000 }, () => Buffer.from([0x89, 0])),
    Buffer.from([...a, ...close]),
  ]);
  const program = await dial(address);
  expect(await program.ended).toBe('end');
  expect(program.received.toString()).toBe('a');
});
