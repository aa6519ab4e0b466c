/** What a client did that the data plane does not carry. */
export type FrameViolation = 'fragmented' | 'too-large' | 'unmasked';

/** Limits of client frames. */
export interface FrameLimits {
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly allowFragments: boolean;
}

/**
 * Reads the headers of client frames out of the raw stream, in whatever pieces it arrives. The WebSocket library joins
 * fragments before anyone sees them, so the rule "one message, one small frame" can only be held here.
 */
export function createFrameInspector(limits: FrameLimits): (chunk: Buffer) => FrameViolation | undefined {
  const header = Buffer.alloc(14);
  let have = 0;
  let payloadLeft = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const skip = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skip;
        at += skip;
        continue;
      }
      header[have] = chunk[at] ?? 0;
      have += 1;
      at += 1;
      if (have < 2 || have < headerLength(header)) continue;
      have = 0;
      const violation = judge(header, limits);
      if (violation) return violation;
      payloadLeft = payloadLength(header);
    }
    return undefined;
  };
}

function headerLength(header: Buffer): number {
  const short = (header[1] ?? 0) & 0x7f;
  const mask = (header[1] ?? 0) & 0x80 ? 4 : 0;
  return 2 + mask + (short === 126 ? 2 : short === 127 ? 8 : 0);
}

function payloadLength(header: Buffer): number {
  const short = (header[1] ?? 0) & 0x7f;
  if (short === 126) return header.readUInt16BE(2);
  return short === 127 ? Number(header.readBigUInt64BE(2)) : short;
}

function judge(header: Buffer, limits: FrameLimits): FrameViolation | undefined {
  const first = header[0] ?? 0;
  const opcode = first & 0x0f;
  const isFinal = (first & 0x80) !== 0;
  if (((header[1] ?? 0) & 0x80) === 0) return 'unmasked';
  if (opcode >= 8) return undefined;
  if (!limits.allowFragments && (!isFinal || opcode === 0)) return 'fragmented';
  return limits.maxBytes > 0 && payloadLength(header) > limits.maxBytes ? 'too-large' : undefined;
}
