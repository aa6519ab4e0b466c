import { randomFillSync } from 'node:crypto';
import { opcodes } from './frame-reader.ts';
import type { PooledWriter } from './pooled-writer.ts';

/** Header of a masked frame with a 16-bit length: a multiple of four, so that payloads stay aligned in whole words. */
const longHeader = 8;
const shortHeader = 6;

/** Masking keys come from the system's random generator, many at a time. */
const keys = new Int32Array(4096);
const keyBytes = new Uint8Array(keys.buffer);
let nextKey = keys.length;

function takeKey(): number {
  if (nextKey === keys.length) {
    randomFillSync(keys);
    nextKey = 0;
  }
  return nextKey++;
}

/** 32-bit views of long-lived buffers. */
const views = new WeakMap<ArrayBufferLike, Int32Array>();

function wordsOf(buffer: Buffer): Int32Array {
  let view = views.get(buffer.buffer);
  if (view === undefined) {
    view = new Int32Array(buffer.buffer, 0, buffer.buffer.byteLength >> 2);
    views.set(buffer.buffer, view);
  }
  return view;
}

/**
 * Copies `source[start, end)` to `target` at `at`, masked with the key at index `key`. Word by word where both ends are
 * aligned, which is four times as fast as byte by byte.
 */
function copyMasked(
  source: Buffer,
  start: number,
  end: number,
  target: Buffer,
  at: number,
  key: number,
): void {
  let from = start;
  let to = at;
  const length = end - start;
  if (length >= 32 && ((source.byteOffset + start) & 3) === 0 && ((target.byteOffset + at) & 3) === 0) {
    const sourceWords = wordsOf(source);
    const targetWords = wordsOf(target);
    const word = keys[key] as number;
    let fromWord = (source.byteOffset + start) >> 2;
    let toWord = (target.byteOffset + at) >> 2;
    const lastWord = fromWord + (length >> 2);
    while (fromWord < lastWord) targetWords[toWord++] = (sourceWords[fromWord++] as number) ^ word;
    from += length & ~3;
    to += length & ~3;
  }
  const firstKeyByte = key << 2;
  for (let index = from - start; from < end; index++) {
    target[to++] = (source[from++] as number) ^ (keyBytes[firstKeyByte + (index & 3)] as number);
  }
}

/** Writes one masked frame with all of `source[start, end)` as its payload. At most 65,535 bytes. */
function writeFrame(
  writer: PooledWriter,
  opcode: number,
  source: Buffer,
  start: number,
  end: number,
  following = 0,
): void {
  const length = end - start;
  const headerBytes = length < 126 ? shortHeader : longHeader;
  let slab = writer.reserve(headerBytes + length, following);
  let at = writer.position;
  if (length >= 126 && (at & 3) !== 0) {
    // A short frame before it has spoilt the alignment: a new buffer costs less than masking byte by byte.
    writer.flush();
    slab = writer.reserve(headerBytes + length, following);
    at = 0;
  }
  const key = takeKey();
  slab[at] = 0x80 | opcode;
  if (length < 126) {
    slab[at + 1] = 0x80 | length;
  } else {
    slab[at + 1] = 0x80 | 126;
    slab[at + 2] = length >> 8;
    slab[at + 3] = length & 0xff;
  }
  const keyAt = at + headerBytes - 4;
  const firstKeyByte = key << 2;
  for (let index = 0; index < 4; index++) slab[keyAt + index] = keyBytes[firstKeyByte + index] as number;
  copyMasked(source, start, end, slab, at + headerBytes, key);
  writer.commit(headerBytes + length);
}

/** Writes a chunk of any size as binary messages of one frame each: the service closes on fragments. */
export function writeMessages(
  writer: PooledWriter,
  source: Buffer,
  start: number,
  end: number,
  messageBytes: number,
): void {
  for (let at = start; at < end; at += messageBytes) {
    const until = Math.min(at + messageBytes, end);
    writeFrame(writer, opcodes.binary, source, at, until, end - until);
  }
}

/** Writes a control frame; at most 125 bytes. */
export function writeControl(writer: PooledWriter, opcode: number, payload: Buffer): void {
  writeFrame(writer, opcode, payload, 0, payload.length);
}
