/** Packet types of SFTP version 3 (draft-ietf-secsh-filexfer-02), the one that OpenSSH speaks. */
export const packetType = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  write: 6,
  fsetstat: 10,
  mkdir: 14,
  remove: 13,
  realpath: 16,
  stat: 17,
  rename: 18,
  status: 101,
  handle: 102,
  name: 104,
  attrs: 105,
  extended: 200,
} as const;

/** Status codes of answers. */
export const statusCode = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  unsupported: 8,
} as const;

/** Flags for opening a file. */
export const openFlag = { write: 0x02, create: 0x08, truncate: 0x10, exclusive: 0x20 } as const;

/** An answer of the server. Types that this client does not ask for are `other`. */
export type SftpAnswer =
  | { readonly kind: 'version'; readonly version: number; readonly extensions: ReadonlySet<string> }
  | { readonly kind: 'status'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly kind: 'handle'; readonly id: number; readonly handle: Buffer }
  | { readonly kind: 'name'; readonly id: number; readonly names: readonly string[] }
  | {
      readonly kind: 'attrs';
      readonly id: number;
      readonly sizeBytes: number | null;
      readonly mode: number | null;
    }
  | { readonly kind: 'other'; readonly type: number };

type Field = number | bigint | string | Buffer;

/** A packet: length, type, request id (absent for `init`), fields. Numbers are 32-bit, bigints 64-bit, texts and buffers strings. */
export function encodePacket(type: number, fields: readonly Field[]): Buffer {
  const parts: Buffer[] = [];
  for (const field of fields) {
    if (typeof field === 'number') {
      const part = Buffer.alloc(4);
      part.writeUInt32BE(field);
      parts.push(part);
    } else if (typeof field === 'bigint') {
      const part = Buffer.alloc(8);
      part.writeBigUInt64BE(field);
      parts.push(part);
    } else {
      const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      parts.push(length, bytes);
    }
  }
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(body.length + 1);
  header.writeUInt8(type, 4);
  return Buffer.concat([header, body]);
}

/** Attributes that set only permissions. */
export function encodeMode(mode: number): readonly number[] {
  return [0x04, mode];
}

/** The largest answer that is accepted; real ones to what this client asks are far smaller. */
const maximumPacketBytes = 1024 * 1024;

/** Thrown when the other side does not speak SFTP, e.g. when a login script prints text. */
export class SftpProtocolError extends Error {}

/** Cuts a stream into answers. */
export class SftpParser {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): readonly SftpAnswer[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const answers: SftpAnswer[] = [];
    while (this.rest.length >= 5) {
      const length = this.rest.readUInt32BE(0);
      if (length < 1 || length > maximumPacketBytes) {
        throw new SftpProtocolError(
          `the server does not speak SFTP: ${JSON.stringify(this.rest.subarray(0, 40).toString('latin1'))}`,
        );
      }
      if (this.rest.length < 4 + length) break;
      answers.push(parseAnswer(this.rest.subarray(4, 4 + length)));
      this.rest = this.rest.subarray(4 + length);
    }
    return answers;
  }
}

class Reader {
  private at = 0;
  private readonly data: Buffer;
  constructor(data: Buffer) {
    this.data = data;
  }
  get isAtEnd(): boolean {
    return this.at >= this.data.length;
  }
  uint32(): number {
    this.need(4);
    this.at += 4;
    return this.data.readUInt32BE(this.at - 4);
  }
  uint64(): number {
    this.need(8);
    this.at += 8;
    return Number(this.data.readBigUInt64BE(this.at - 8));
  }
  bytes(): Buffer {
    const length = this.uint32();
    this.need(length);
    this.at += length;
    // A copy: the parser's buffer is a view of a chunk that may be large.
    return Buffer.from(this.data.subarray(this.at - length, this.at));
  }
  text(): string {
    return this.bytes().toString('utf8');
  }
  private need(length: number): void {
    if (this.at + length > this.data.length) throw new SftpProtocolError('a truncated answer');
  }
}

function parseAnswer(packet: Buffer): SftpAnswer {
  const type = packet.readUInt8(0);
  const reader = new Reader(packet.subarray(1));
  switch (type) {
    case packetType.version: {
      const version = reader.uint32();
      const extensions = new Set<string>();
      while (!reader.isAtEnd) {
        extensions.add(reader.text());
        reader.bytes();
      }
      return { kind: 'version', version, extensions };
    }
    case packetType.status: {
      const id = reader.uint32();
      const code = reader.uint32();
      return { kind: 'status', id, code, message: reader.isAtEnd ? '' : reader.text() };
    }
    case packetType.handle:
      return { kind: 'handle', id: reader.uint32(), handle: reader.bytes() };
    case packetType.name: {
      const id = reader.uint32();
      const count = reader.uint32();
      const names: string[] = [];
      for (let index = 0; index < count; index++) {
        names.push(reader.text());
        reader.bytes();
        readAttributes(reader);
      }
      return { kind: 'name', id, names };
    }
    case packetType.attrs: {
      const id = reader.uint32();
      return { kind: 'attrs', id, ...readAttributes(reader) };
    }
    default:
      return { kind: 'other', type };
  }
}

function readAttributes(reader: Reader): { sizeBytes: number | null; mode: number | null } {
  const flags = reader.uint32();
  const sizeBytes = (flags & 0x01) === 0 ? null : reader.uint64();
  if ((flags & 0x02) !== 0) {
    reader.uint32();
    reader.uint32();
  }
  const mode = (flags & 0x04) === 0 ? null : reader.uint32();
  if ((flags & 0x08) !== 0) {
    reader.uint32();
    reader.uint32();
  }
  if ((flags & 0x8000_0000) !== 0) {
    const count = reader.uint32();
    for (let index = 0; index < count; index++) {
      reader.bytes();
      reader.bytes();
    }
  }
  return { sizeBytes, mode };
}
