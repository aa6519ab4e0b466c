/** Opcodes of the frames that a server sends here. */
export const opcode = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The header of an unmasked frame that is a whole message. */
export function frameHeader(kind: number, length: number): Buffer {
  const first = 0x80 | kind;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

/** A whole frame. */
export function frame(kind: number, payload: Buffer): Buffer {
  return Buffer.concat([frameHeader(kind, payload.length), payload]);
}

const cycles = new WeakMap<Buffer, Map<number, Cycle>>();

/** Frames that may be sent again and again, and how many bytes of payload one round holds. */
export interface Cycle {
  readonly frames: Buffer;
  readonly payloadBytes: number;
}

/** What `block`, said over and over, looks like in frames of `size` bytes, up to a place where it begins anew. */
export function framedCycle(block: Buffer, size: number): Cycle {
  const made = cycles.get(block) ?? new Map<number, Cycle>();
  cycles.set(block, made);
  const known = made.get(size);
  if (known) return known;
  // Until block and frames end together; where that is far away the last frame of a round is shorter.
  const rounds = Math.min(64, Math.max(1, size / gcd(size, block.length)));
  const payload = Buffer.concat(Array.from({ length: rounds }, () => block));
  const parts: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size);
    parts.push(frameHeader(opcode.binary, part.length), part);
  }
  const cycle = { frames: Buffer.concat(parts), payloadBytes: payload.length };
  made.set(size, cycle);
  return cycle;
}

function gcd(one: number, other: number): number {
  return other === 0 ? one : gcd(other, one % other);
}
