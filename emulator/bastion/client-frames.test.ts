import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargenBlock } from '../targets/builtins.ts';
import { ClientFrames, unmask } from './client-frames.ts';
import type { FrameLimits } from './frame-inspector.ts';
import { framedCycle, frameHeader } from './server-frames.ts';

const strict: FrameLimits = { maxBytes: 4096, allowFragments: false };

/** A masked frame, made byte by byte. */
function masked(opcode: number, payload: Buffer, fin = true): Buffer {
  const header = Buffer.from(frameHeader(opcode, payload.length));
  header[0] = (fin ? 0x80 : 0) | opcode;
  header[1] = (header[1] ?? 0) | 0x80;
  const mask = randomBytes(4);
  const body = payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  return Buffer.concat([header, mask, body]);
}

/** Everything that a stream said, in order. */
function readAll(wire: Buffer, cuts: readonly number[], limits = strict): string[] {
  const said: string[] = [];
  let message = Buffer.alloc(0);
  const frames = new ClientFrames(limits, () => true, {
    onPayload: (buffer, start, end) => {
      message = Buffer.concat([message, buffer.subarray(start, end)]);
    },
    onText: () => said.push('text'),
    onControl: (opcode, payload) => said.push(`${opcode} ${payload.toString('hex')}`),
    onViolation: (violation) => said.push(violation),
    onGarbled: () => said.push('garbled'),
  });
  const buffer = Buffer.allocUnsafeSlow(wire.length + 16);
  const edges = [0, ...cuts.map((cut) => cut % (wire.length + 1)).toSorted((a, b) => a - b), wire.length];
  for (const [index, edge] of edges.slice(0, -1).entries()) {
    const length = wire.copy(buffer, 0, edge, edges[index + 1]);
    frames.feed(buffer, length);
  }
  return [message.toString('hex'), ...said];
}

describe('client frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 0, maxLength: 300 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), (payloads, cuts) => {
        const wire = Buffer.concat(payloads.map((payload) => masked(2, Buffer.from(payload))));
        const sent = Buffer.concat(payloads).toString('hex');
        expect(readAll(wire, cuts)).toEqual([sent]);
      }),
    );
  });

  it('are unmasked by words as by bytes', () => {
    const offsets = fc.nat({ max: 7 });
    fc.assert(
      fc.property(offsets, offsets, fc.nat({ max: 100 }), (start, phase, length) => {
        const buffer = randomBytes(128);
        const mask = randomBytes(4);
        const expected = Buffer.from(
          buffer.map((byte, index) =>
            index >= start && index < start + length ? byte ^ (mask[(phase + index - start) & 3] ?? 0) : byte,
          ),
        );
        unmask(buffer, start, start + length, mask, phase);
        expect(buffer.equals(expected)).toBe(true);
      }),
    );
  });

  it.each([
    [
      'a ping between two messages',
      [masked(2, Buffer.from('a')), masked(9, Buffer.from('p'))],
      ['61', '9 70'],
    ],
    ['a close frame', [masked(8, Buffer.from([3, 232]))], ['', '8 03e8']],
    ['a text frame', [masked(1, Buffer.from('x'))], ['', 'text']],
    ['one byte too many', [masked(2, Buffer.alloc(4097))], ['', 'too-large']],
    ['a fragment', [masked(2, Buffer.from('a'), false)], ['', 'fragmented']],
    ['a frame without mask', [frameHeader(2, 1), Buffer.from('a')], ['', 'unmasked']],
    ['a reserved bit', [Buffer.from([0xc2, 0x80, 0, 0, 0, 0])], ['', 'garbled']],
    ['an unknown opcode', [Buffer.from([0x83, 0x80, 0, 0, 0, 0])], ['', 'garbled']],
    ['a long ping', [masked(9, Buffer.alloc(126))], ['', 'garbled']],
  ] as const)('tell %s', (_name, frames, expected) => {
    expect(readAll(Buffer.concat(frames), [])).toEqual(expected);
  });
});

describe('a cycle of frames', () => {
  it.each([1, 1000, 4096, 16_384, 65_536, 1_048_576])(
    'says the block over and over in frames of %i',
    (size) => {
      const { frames, payloadBytes } = framedCycle(chargenBlock, size);
      let payload = 0;
      for (let at = 0; at < frames.length; ) {
        const short = frames[at + 1] ?? 0;
        const length =
          short < 126
            ? short
            : short === 126
              ? frames.readUInt16BE(at + 2)
              : Number(frames.readBigUInt64BE(at + 2));
        const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
        const from = payload % chargenBlock.length;
        const same = Math.min(length, chargenBlock.length - from);
        expect(frames.subarray(start, start + same).equals(chargenBlock.subarray(from, from + same))).toBe(
          true,
        );
        payload += length;
        at = start + length;
      }
      expect([payload, payload % chargenBlock.length]).toEqual([payloadBytes, 0]);
    },
    60_000,
  );
});
