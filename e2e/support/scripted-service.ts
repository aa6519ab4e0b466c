import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { makeCertificates } from '../../emulator/net/certificates.ts';

// Undocumented, but exported: the two halves of the library's protocol. It is the second opinion to our own framing.
const { Receiver, Sender } = ws as unknown as {
  readonly Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
  readonly Sender: { frame(data: Buffer, options: Readonly<Record<string, unknown>>): Buffer[] };
};

/** Bytes that tell where they belong: a shifted or repeated piece cannot look right. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + seed) & 255;
  return bytes;
}

/** One thing that the service does, in its turn. */
export type ServiceAct =
  | { readonly kind: 'message'; readonly length: number; readonly seed: number; readonly fragments: number }
  | { readonly kind: 'ping'; readonly bytes: number }
  | { readonly kind: 'stray-pong' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Takes nothing from the client for a while. */
  | { readonly kind: 'stall'; readonly ms: number };

export interface ServiceScript {
  readonly acts: readonly ServiceAct[];
  /** Sizes of the pieces in which the bytes go out, over and over. */
  readonly pieces: readonly number[];
  /** `hear-out`: closes in order when the client has sent so many bytes. */
  readonly end:
    | { readonly kind: 'hear-out'; readonly bytes: number }
    | { readonly kind: 'reset' }
    | { readonly kind: 'vanish' };
}

/** What one connection came to. */
export interface ServiceRecord {
  readonly received: Buffer[];
  messages: number;
  largestMessage: number;
  fault: string | null;
  closeCode: number | null;
  readonly ended: Promise<void>;
}

/** A service of which every byte is written by a test. It answers POST and DELETE as the real one does. */
export interface ScriptedService {
  readonly port: number;
  readonly host: string;
  readonly ca: string;
  readonly counts: { posts: number; upgrades: number; deletes: number };
  /** What the next connection does. */
  play(script: ServiceScript): Promise<ServiceRecord>;
  dispose(): Promise<void>;
}

export async function startScriptedService(): Promise<ScriptedService> {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-'));
  const { ca, key, cert } = await makeCertificates(folder, []);
  const counts = { posts: 0, upgrades: 0, deletes: 0 };
  let next: { script: ServiceScript; begin: (record: ServiceRecord) => void } | null = null;
  const server = createServer({ key, cert }, (request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.method === 'DELETE') {
        counts.deletes++;
        response.writeHead(204).end();
        return;
      }
      counts.posts++;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ authToken: 'A'.repeat(64), nodeId: '10.0.0.4', websocketToken: 'w1' }));
    });
  });
  const raw = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    raw.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => raw.delete(socket));
  });
  server.on('upgrade', (request, socket: Socket) => {
    counts.upgrades++;
    const playing = next;
    next = null;
    socket.on('error', () => undefined);
    if (playing === null) {
      socket.destroy();
      return;
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    const under = [...raw].find((each) => each.remotePort === socket.remotePort);
    playing.begin(perform(playing.script, socket, under, head));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    host: 'localhost',
    ca,
    counts,
    play: (script) =>
      new Promise((begin) => {
        next = { script, begin };
      }),
    dispose: async () => {
      for (const socket of raw) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const frame = (opcode: number, data: Buffer, fin = true): Buffer =>
  Buffer.concat(Sender.frame(data, { opcode, fin, mask: false, readOnly: true, rsv1: false }));

function framesOf(act: ServiceAct): Buffer {
  switch (act.kind) {
    case 'message': {
      const { fragments } = act;
      const bytes = pattern(act.length, act.seed);
      const size = Math.max(1, Math.ceil(bytes.length / fragments));
      const parts: Buffer[] = [];
      for (let at = 0; at < bytes.length || parts.length === 0; at += size) {
        const isLast = at + size >= bytes.length;
        parts.push(frame(parts.length === 0 ? 2 : 0, bytes.subarray(at, at + size), isLast));
      }
      return Buffer.concat(parts);
    }
    case 'ping':
      return frame(9, Buffer.alloc(act.bytes, 'p'));
    case 'stray-pong':
      return frame(10, Buffer.from('nobody asked'));
    case 'empty':
      return frame(2, Buffer.alloc(0));
    case 'wait':
    case 'stall':
      return Buffer.alloc(0);
  }
}

const closeFrame = frame(8, Buffer.from([3, 232]));

function perform(
  script: ServiceScript,
  socket: Socket,
  under: Socket | undefined,
  head: string,
): ServiceRecord {
  let finish: () => void = () => undefined;
  const record: ServiceRecord = {
    received: [],
    messages: 0,
    largestMessage: 0,
    fault: null,
    closeCode: null,
    ended: new Promise((resolve) => {
      finish = resolve;
    }),
  };
  let heard = 0;
  let told: () => void = () => undefined;
  const receiver = new Receiver({ isServer: true, maxPayload: 1 << 20 });
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) record.fault = 'a text message';
    record.received.push(data);
    record.messages++;
    record.largestMessage = Math.max(record.largestMessage, data.length);
    heard += data.length;
    told();
  });
  receiver.on('ping', (data: Buffer) => void send(frame(10, data)));
  receiver.on('conclude', (code: number) => {
    record.closeCode = code;
    void send(closeFrame).then(() => socket.end());
  });
  receiver.on('error', (error: Error) => {
    record.fault = error.message;
    socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => void receiver.write(chunk));
  socket.once('close', () => {
    told();
    finish();
  });
  let piece = 0;
  const sendPieces = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length && !socket.destroyed; ) {
      const size = script.pieces[piece++ % script.pieces.length] ?? 65_536;
      const isFull = !socket.write(bytes.subarray(at, at + size));
      at += size;
      if (isFull) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), record.ended]);
      else if (size < 1_000) await nextTurn();
    }
  };
  // One after the other: a pong must not fall into the middle of a frame that goes out in pieces.
  let sending = Promise.resolve();
  const send = (bytes: Buffer): Promise<void> => {
    sending = sending.then(() => sendPieces(bytes));
    return sending;
  };
  const play = async (): Promise<void> => {
    await send(Buffer.from(head));
    for (const act of script.acts) {
      if (act.kind === 'wait') await delay(act.ms);
      else if (act.kind === 'stall') {
        socket.pause();
        await delay(act.ms);
        socket.resume();
      } else await send(framesOf(act));
    }
    const { end } = script;
    if (end.kind === 'reset') {
      under?.resetAndDestroy();
      socket.destroy();
    } else if (end.kind === 'vanish') {
      socket.destroy();
    } else {
      while (heard < end.bytes && !socket.destroyed) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
      await send(closeFrame);
    }
  };
  void play();
  return record;
}
