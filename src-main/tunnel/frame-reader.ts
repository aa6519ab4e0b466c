/** Opcodes of RFC 6455. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What a frame reader finds. Called in the order of the stream, while `feed` runs. */
export interface FrameSink {
  /** A piece of the payload of a data message: `buffer[start, end)`, valid only during the call. Never empty. */
  readonly onData: (buffer: Buffer, start: number, end: number) => void;
  /** A whole control frame; the payload may be kept. */
  readonly onControl: (opcode: number, payload: Buffer) => void;
}

const longestHeader = 10;

/**
 * Reads the frames of a server out of a byte stream, in place and in whatever pieces it comes. Payloads are passed on as
 * they come, so no message is too large. Text is delivered as its bytes; an empty message is nothing.
 */
export class FrameReader {
  private readonly sink: FrameSink;
  private readonly header = Buffer.alloc(longestHeader);
  private headerBytes = 0;
  private payloadLeft = 0;
  private opcode = 0;
  private isFinal = true;
  private isInMessage = false;
  private control: Buffer = Buffer.alloc(0);
  private controlBytes = 0;

  constructor(sink: FrameSink) {
    this.sink = sink;
  }

  /** Whether the stream may end here without cutting a frame or a message. */
  get isAtBoundary(): boolean {
    return this.headerBytes === 0 && this.payloadLeft === 0 && !this.isInMessage;
  }

  /** Reads `buffer[start, end)`. Returns null, or what breaks the protocol, after which the stream is of no use. */
  feed(buffer: Buffer, start: number, end: number): string | null {
    let at = start;
    while (at < end) {
      if (this.payloadLeft > 0) {
        const length = Math.min(this.payloadLeft, end - at);
        this.payloadLeft -= length;
        if (this.opcode >= opcodes.close) {
          buffer.copy(this.control, this.controlBytes, at, at + length);
          this.controlBytes += length;
        } else {
          this.sink.onData(buffer, at, at + length);
        }
        at += length;
        if (this.payloadLeft === 0) this.endFrame();
        continue;
      }
      this.header[this.headerBytes++] = buffer[at++] as number;
      if (this.headerBytes < 2 || this.headerBytes < this.headerLength()) continue;
      const fault = this.beginFrame();
      if (fault !== null) return fault;
    }
    return null;
  }

  private headerLength(): number {
    const length = (this.header[1] as number) & 0x7f;
    return length === 126 ? 4 : length === 127 ? 10 : 2;
  }

  private beginFrame(): string | null {
    const first = this.header[0] as number;
    const second = this.header[1] as number;
    this.headerBytes = 0;
    if ((first & 0x70) !== 0) return 'a frame with reserved bits';
    if ((second & 0x80) !== 0) return 'a masked frame';
    this.opcode = first & 0x0f;
    this.isFinal = (first & 0x80) !== 0;
    const short = second & 0x7f;
    if (short === 126) this.payloadLeft = this.header.readUInt16BE(2);
    else if (short === 127) {
      const high = this.header.readUInt32BE(2);
      if (high > 0x1f_ffff) return 'a frame of impossible length';
      this.payloadLeft = high * 2 ** 32 + this.header.readUInt32BE(6);
    } else this.payloadLeft = short;
    const fault = this.opcode >= opcodes.close ? this.beginControl() : this.beginData();
    if (fault === null && this.payloadLeft === 0) this.endFrame();
    return fault;
  }

  private beginControl(): string | null {
    if (this.opcode > opcodes.pong) return `a frame of the unknown kind ${this.opcode}`;
    if (!this.isFinal || this.payloadLeft > 125) return 'a control frame that is split or too long';
    // Fresh for each: the payload may be kept, and control frames are rare.
    this.control = Buffer.alloc(this.payloadLeft);
    this.controlBytes = 0;
    return null;
  }

  private beginData(): string | null {
    if (this.opcode > opcodes.binary) return `a frame of the unknown kind ${this.opcode}`;
    if ((this.opcode === opcodes.continuation) !== this.isInMessage) return 'a fragment out of order';
    this.isInMessage = !this.isFinal;
    return null;
  }

  private endFrame(): void {
    if (this.opcode >= opcodes.close) this.sink.onControl(this.opcode, this.control);
  }
}
