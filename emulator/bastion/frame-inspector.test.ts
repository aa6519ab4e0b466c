import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameInspector, type FrameLimits } from './frame-inspector.ts';

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly size: number;
}

/** A client's frame on the wire; the mask is of no interest here. */
function encode({ opcode, isFinal, size }: Frame): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  const header =
    size < 126
      ? Buffer.from([first, 0x80 | size])
      : size < 65_536
        ? Buffer.from([first, 0x80 | 126, size >> 8, size & 0xff])
        : Buffer.from([
            first,
            0x80 | 127,
            0,
            0,
            0,
            0,
            (size >>> 24) & 0xff,
            (size >>> 16) & 0xff,
            (size >>> 8) & 0xff,
            size & 0xff,
          ]);
  return Buffer.concat([header, Buffer.alloc(4 + size, 0x81)]);
}

const strict: FrameLimits = { maxBytes: 4096, allowFragments: false };

describe('the frame inspector', () => {
  it.each([
    ['one small frame', [{ opcode: 2, isFinal: true, size: 4096 }], strict, undefined],
    ['one byte too many', [{ opcode: 2, isFinal: true, size: 4097 }], strict, 'too-large'],
    [
      'a large frame without a limit',
      [{ opcode: 2, isFinal: true, size: 70_000 }],
      { ...strict, maxBytes: 0 },
      undefined,
    ],
    ['a first fragment', [{ opcode: 2, isFinal: false, size: 10 }], strict, 'fragmented'],
    [
      'fragments where they may be',
      [
        { opcode: 2, isFinal: false, size: 9 },
        { opcode: 0, isFinal: true, size: 9 },
      ],
      { ...strict, allowFragments: true },
      undefined,
    ],
    ['a ping', [{ opcode: 9, isFinal: true, size: 125 }], strict, undefined],
    ['a close frame', [{ opcode: 8, isFinal: true, size: 2 }], strict, undefined],
  ] as const)('judges %s', (_name, frames, limits, verdict) => {
    expect(createFrameInspector(limits)(Buffer.concat(frames.map(encode)))).toBe(verdict);
  });

  it('refuses a frame without a mask', () => {
    expect(createFrameInspector(strict)(Buffer.from([0x82, 0x01, 0x41]))).toBe('unmasked');
  });

  it('sees the same in whatever pieces the bytes arrive', () => {
    const frame = fc.record({
      opcode: fc.constantFrom(2, 9),
      isFinal: fc.constant(true),
      size: fc.integer({ min: 0, max: 125 }),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 20 }),
        fc.option(
          fc.constantFrom({ opcode: 2, isFinal: false, size: 5 }, { opcode: 2, isFinal: true, size: 5000 }),
        ),
        fc.infiniteStream(fc.integer({ min: 1, max: 300 })),
        (frames, bad, sizes) => {
          const bytes = Buffer.concat([...frames, ...(bad ? [bad] : [])].map(encode));
          const inspect = createFrameInspector(strict);
          let verdict: string | undefined;
          for (let at = 0; at < bytes.length && verdict === undefined; ) {
            const size = sizes.next().value;
            verdict = inspect(bytes.subarray(at, at + size));
            at += size;
          }
          expect(verdict).toBe(bad ? (bad.isFinal ? 'too-large' : 'fragmented') : undefined);
        },
      ),
    );
  });
});
