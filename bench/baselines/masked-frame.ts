import { randomBytes } from 'node:crypto';

/** One whole binary frame as a client sends it. */
export function maskedFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x82, 0x80 | length])
      : length < 65_536
        ? Buffer.from([0x82, 0x80 | 126, length >> 8, length & 0xff])
        : Buffer.from([0x82, 0x80 | 127, 0, 0, 0, 0, length >>> 24, length >> 16, length >> 8, length]);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0)));
  return Buffer.concat([head, mask, masked]);
}
