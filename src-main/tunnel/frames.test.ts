import { PassThrough, type Writable } from 'node:stream';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { BufferPool } from './buffer-pool.ts';
import { FrameReader, opcodes } from './frame-reader.ts';
import { writeControl, writeMessages } from './frame-writer.ts';
import { PooledWriter } from './pooled-writer.ts';

// Undocumented, but exported: the two halves of the library's protocol.
const { Receiver, Sender } = ws as unknown as {
  readonly Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
  readonly Sender: { frame(data: Buffer, options: Readonly<Record<string, unknown>>): Buffer[] };
};

// The library `ws` is the second opinion: what it writes we must read, what we write it must read.

/** Writes with our writer; resolves with the bytes on the wire. */
async function write(act: (writer: PooledWriter) => void): Promise<Buffer> {
  const wire = new PassThrough({ highWaterMark: 1 << 26 });
  const writer = new PooledWriter({
    socket: wire as unknown as Socket,
    pool: new BufferPool(),
    onWritten: () => undefined,
  });
  act(writer);
  writer.flush();
  wire.end();
  return Buffer.concat(await wire.toArray());
}

/** Reads client frames with `ws`, strictly; rejects if they break the protocol. */
function readWithLibrary(bytes: Buffer): Promise<Buffer[]> {
  const receiver = new Receiver({ isServer: true, maxPayload: 1 << 26 });
  const messages: Buffer[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) throw new Error('not binary');
    messages.push(data);
  });
  return new Promise((resolve, reject) => {
    receiver.on('error', reject);
    receiver.write(bytes, () => resolve(messages));
  });
}

/** Reads server frames with our reader, in the given pieces. */
function readWithOurs(bytes: Buffer, cuts: readonly number[]) {
  const data: Buffer[] = [];
  const controls: [number, string][] = [];
  const reader = new FrameReader({
    onData: (buffer, start, end) => data.push(Buffer.from(buffer.subarray(start, end))),
    onControl: (opcode, payload) => controls.push([opcode, payload.toString('latin1')]),
  });
  const scratch = Buffer.alloc(Math.max(bytes.length, 1));
  let fault: string | null = null;
  let at = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    const until = Math.min(cut, bytes.length);
    if (fault !== null || until <= at) continue;
    // The same memory again and again, as the connections do it.
    scratch.fill(0xee);
    bytes.copy(scratch, 0, at, until);
    fault = reader.feed(scratch, 0, until - at);
    at = until;
  }
  return { data: Buffer.concat(data), controls, fault, isAtBoundary: reader.isAtBoundary };
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin: boolean;
}

function frameWithLibrary({ opcode, payload, fin }: Frame): Buffer {
  const parts = Sender.frame(payload, { opcode, fin, mask: false, readOnly: true, rsv1: false });
  return Buffer.concat(parts);
}

const payload = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 125, 126, 127, 4095, 4096, 65_535, 65_536, 70_001), fc.nat(255))
  .map(([length, seed]) => Buffer.from(Array.from({ length }, (_each, index) => (index * 31 + seed) & 255)));

const serverMessage = fc.oneof(
  payload.map((bytes): Frame[] => [{ opcode: opcodes.binary, payload: bytes, fin: true }]),
  fc.tuple(payload, payload, payload).map(([a, b, c]): Frame[] => [
    { opcode: opcodes.binary, payload: a, fin: false },
    { opcode: opcodes.ping, payload: Buffer.from('in between'), fin: true },
    { opcode: opcodes.continuation, payload: b, fin: false },
    { opcode: opcodes.continuation, payload: c, fin: true },
  ]),
  fc
    .nat(125)
    .map((length): Frame[] => [{ opcode: opcodes.ping, payload: Buffer.alloc(length, 'p'), fin: true }]),
  fc.constant<Frame[]>([{ opcode: opcodes.text, payload: Buffer.from('text'), fin: true }]),
);

test('whatever a server sends is read as it was meant, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(
      fc.array(serverMessage, { maxLength: 6 }),
      fc.array(fc.nat(300_000), { maxLength: 40 }),
      (messages, cuts) => {
        const frames = messages.flat();
        const wire = Buffer.concat(frames.map(frameWithLibrary));
        const seen = readWithOurs(wire, cuts);
        const isControl = (frame: Frame) => frame.opcode >= opcodes.close;
        expect(seen.fault).toBeNull();
        expect(seen.isAtBoundary).toBe(true);
        expect(
          seen.data.equals(
            Buffer.concat(frames.filter((each) => !isControl(each)).map((each) => each.payload)),
          ),
        ).toBe(true);
        expect(seen.controls).toEqual(
          frames.filter(isControl).map((each) => [each.opcode, each.payload.toString('latin1')]),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('one byte at a time is read as well', () => {
  const wire = Buffer.concat([
    frameWithLibrary({ opcode: opcodes.binary, payload: Buffer.alloc(300, 'x'), fin: true }),
    frameWithLibrary({ opcode: opcodes.close, payload: Buffer.from([3, 232]), fin: true }),
  ]);
  const seen = readWithOurs(
    wire,
    Array.from({ length: wire.length }, (_each, index) => index),
  );
  expect(seen.data.equals(Buffer.alloc(300, 'x'))).toBe(true);
  expect(seen.controls).toEqual([[opcodes.close, '\u0003\u00e8']]);
});

test.each([
  ['HTTP text in place of frames', Buffer.from('HTTP/1.1 400 \r\n'), 'a frame with reserved bits'],
  ['a masked frame', Buffer.from([0x82, 0x81, 1, 2, 3, 4, 5]), 'a masked frame'],
  ['an unknown data opcode', Buffer.from([0x83, 0]), 'a frame of the unknown kind 3'],
  ['an unknown control opcode', Buffer.from([0x8b, 0]), 'a frame of the unknown kind 11'],
  ['a split control frame', Buffer.from([0x09, 0]), 'a control frame that is split or too long'],
  ['a long control frame', Buffer.from([0x89, 126, 0, 126]), 'a control frame that is split or too long'],
  ['a continuation of nothing', Buffer.from([0x80, 0]), 'a fragment out of order'],
  ['a message within a message', Buffer.from([0x02, 0, 0x82, 0]), 'a fragment out of order'],
  [
    'an impossible length',
    Buffer.from([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    'a frame of impossible length',
  ],
])('%s is a fault', (_name, bytes, fault) => {
  expect(readWithOurs(bytes, []).fault).toBe(fault);
});

test('a stream that ends within a frame or a message is not at a boundary', () => {
  expect(readWithOurs(Buffer.from([0x82, 5, 1, 2]), []).isAtBoundary).toBe(false);
  expect(readWithOurs(Buffer.from([0x02, 1, 1]), []).isAtBoundary).toBe(false);
  expect(readWithOurs(Buffer.from([0x82]), []).isAtBoundary).toBe(false);
});

test('what we write is read by the library as whole messages of the agreed size, with the bytes unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(payload, fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 6 }),
      fc.constantFrom(4096, 1, 125, 126, 65_532),
      async (chunks, messageBytes) => {
        fc.pre(messageBytes > 1 || chunks.every(([bytes]) => bytes.length < 5000));
        const source = Buffer.alloc(80_000);
        const sent: Buffer[] = [];
        const wire = await write((writer) => {
          for (const [bytes, offset, withPing] of chunks) {
            // The source is one buffer that is used again at once, at every alignment.
            bytes.copy(source, offset);
            writeMessages(writer, source, offset, offset + bytes.length, messageBytes);
            source.fill(0xee);
            sent.push(bytes);
            if (withPing) writeControl(writer, opcodes.ping, Buffer.from([1, 2, 3, 4]));
          }
        });
        const messages = await readWithLibrary(wire);
        expect(Buffer.concat(messages).equals(Buffer.concat(sent))).toBe(true);
        for (const message of messages) expect(message.length).toBeLessThanOrEqual(messageBytes);
      },
    ),
    { numRuns: 60 },
  );
});

test('every frame has a key of its own', async () => {
  const chunk = Buffer.alloc(40_960);
  const wire = await write((writer) => writeMessages(writer, chunk, 0, chunk.length, 4096));
  const keys = new Set<number>();
  for (let at = 0; at < wire.length; at += 8 + 4096) {
    expect(wire.readUInt16BE(at)).toBe(0x82fe);
    keys.add(wire.readUInt32BE(at + 4));
  }
  expect(keys.size).toBe(10);
});
