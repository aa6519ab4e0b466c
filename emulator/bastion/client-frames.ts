import type { FrameLimits, FrameViolation } from './frame-inspector.ts';

/** Above this a frame is refused even where no limit is set. */
const hardLimit = 256 * 1024 * 1024;

/** What a stream of client frames says. */
export interface ClientFrameEvents {
  /** A piece of a binary message, valid only during the call. */
  readonly onPayload: (buffer: Buffer, start: number, end: number) => void;
  readonly onText: () => void;
  readonly onControl: (opcode: number, payload: Buffer) => void;
  readonly onViolation: (violation: FrameViolation) => void;
  /** The stream is no WebSocket stream any more. */
  readonly onGarbled: () => void;
}

const wordViews = new WeakMap<ArrayBufferLike, Int32Array>();

function wordsOf(buffer: Buffer): Int32Array {
  let words = wordViews.get(buffer.buffer);
  if (words === undefined) {
    words = new Int32Array(buffer.buffer, 0, buffer.buffer.byteLength >> 2);
    wordViews.set(buffer.buffer, words);
  }
  return words;
}

/** Takes the mask off in place; `phase` is the place of the first byte in its message. */
export function unmask(buffer: Buffer, start: number, end: number, mask: Uint8Array, phase: number): void {
  let at = start;
  let step = phase;
  const maskAt = (index: number): number => mask[index & 3] ?? 0;
  while (at < end && ((buffer.byteOffset + at) & 3) !== 0) {
    buffer[at] = (buffer[at] ?? 0) ^ maskAt(step);
    at += 1;
    step += 1;
  }
  const words = (end - at) >> 2;
  if (words > 0) {
    // The machine is little-endian: the first byte of a word is its lowest.
    const key = maskAt(step) | (maskAt(step + 1) << 8) | (maskAt(step + 2) << 16) | (maskAt(step + 3) << 24);
    const view = wordsOf(buffer);
    const first = (buffer.byteOffset + at) >> 2;
    const last = first + words;
    for (let index = first; index < last; index += 1) view[index] = (view[index] ?? 0) ^ key;
    at += words * 4;
  }
  while (at < end) {
    buffer[at] = (buffer[at] ?? 0) ^ maskAt(step);
    at += 1;
    step += 1;
  }
}

/**
 * Reads masked client frames out of the raw stream, in whatever pieces it arrives, and takes their masks off in place.
 * Where `isRead` says no, payloads are handed on as they came: to a reader that only counts them.
 */
export class ClientFrames {
  private readonly limits: FrameLimits;
  private readonly events: ClientFrameEvents;
  private readonly isRead: () => boolean;
  private readonly header = Buffer.alloc(14);
  private have = 0;
  private want = 2;
  private opcode = 0;
  private left = 0;
  private phase = 0;
  private readonly mask = new Uint8Array(4);
  private control: Buffer | undefined;
  private isOver = false;

  constructor(limits: FrameLimits, isRead: () => boolean, events: ClientFrameEvents) {
    this.limits = limits;
    this.isRead = isRead;
    this.events = events;
  }

  /** Reads `buffer[0, bytes)`. */
  feed(buffer: Buffer, bytes: number): void {
    let at = 0;
    while (at < bytes && !this.isOver) {
      if (this.left > 0) {
        at += this.readPayload(buffer, at, Math.min(bytes, at + this.left));
        continue;
      }
      this.header[this.have] = buffer[at] ?? 0;
      this.have += 1;
      at += 1;
      if (this.have === 2) this.want = headerLength(this.header[1] ?? 0);
      if (this.have === this.want) this.readHeader();
    }
  }

  private readHeader(): void {
    const { header } = this;
    const first = header[0] ?? 0;
    const second = header[1] ?? 0;
    const short = second & 0x7f;
    const length =
      short < 126 ? short : short === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
    this.opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    const isControl = this.opcode >= 8;
    if ((second & 0x80) === 0) return this.violate('unmasked');
    if (!isControl && (!isFinal || this.opcode === 0)) return this.violate('fragmented');
    if (!isControl && length > (this.limits.maxBytes > 0 ? this.limits.maxBytes : hardLimit)) {
      return this.violate('too-large');
    }
    const isKnown = this.opcode <= 2 || (isControl && this.opcode <= 10);
    if ((first & 0x70) !== 0 || !isKnown || (isControl && (!isFinal || length > 125))) {
      this.isOver = true;
      return this.events.onGarbled();
    }
    header.copy(this.mask, 0, this.want - 4, this.want);
    this.have = 0;
    this.want = 2;
    this.left = length;
    this.phase = 0;
    if (isControl) this.control = Buffer.alloc(length);
    if (length === 0) this.frameOver();
  }

  /** Gives how many bytes it took. */
  private readPayload(buffer: Buffer, start: number, end: number): number {
    if (this.control !== undefined) {
      buffer.copy(this.control, this.phase, start, end);
    } else if (this.opcode === 2) {
      if (this.isRead()) unmask(buffer, start, end, this.mask, this.phase);
      this.events.onPayload(buffer, start, end);
    }
    const taken = end - start;
    this.phase = (this.phase + taken) & 0x7fffffff;
    this.left -= taken;
    if (this.left === 0) this.frameOver();
    return taken;
  }

  private frameOver(): void {
    if (this.opcode === 1) this.events.onText();
    const { control } = this;
    if (control === undefined) return;
    this.control = undefined;
    unmask(control, 0, control.length, this.mask, 0);
    this.events.onControl(this.opcode, control);
  }

  private violate(violation: FrameViolation): void {
    this.isOver = true;
    this.events.onViolation(violation);
  }
}

function headerLength(second: number): number {
  const short = second & 0x7f;
  return 2 + ((second & 0x80) === 0 ? 0 : 4) + (short === 126 ? 2 : short === 127 ? 8 : 0);
}
