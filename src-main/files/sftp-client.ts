import type { Readable, Writable } from 'node:stream';
import {
  encodeMode,
  encodePacket,
  openFlag,
  packetType,
  type SftpAnswer,
  SftpParser,
  statusCode,
} from './sftp-packets.ts';

/** A refusal of the server, by its status code. */
export class SftpStatusError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message === '' ? `status ${code}` : message);
    this.code = code;
  }
}

/** The connection ended while something was under way. */
export class SftpEndedError extends Error {}

/** What is at a remote path. `permissions`: only the nine bits, never those that change the user. */
export interface RemoteStat {
  readonly isDirectory: boolean;
  readonly sizeBytes: number | null;
  readonly permissions: number | null;
}

/** `isExact`: set the mode whatever the server's umask is. */
export interface FileMode {
  readonly mode: number;
  readonly isExact: boolean;
}

type Waiting = { readonly resolve: (answer: SftpAnswer) => void; readonly reject: (error: Error) => void };

/** Data of one write; every server takes 32 KiB. */
export const writeChunkBytes = 32 * 1024;

/** Writes under way at once: 2 MiB fill a path of 100 ms at 20 MB/s. */
const maximumWrites = 64;

/** SFTP version 3 over a pair of streams, many requests at once. Upload only; reading follows with downloads. */
export class SftpClient {
  private readonly output: Writable;
  private readonly parser = new SftpParser();
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private ended: Error | null = null;
  private greet: Waiting | null = null;

  private constructor(input: Readable, output: Writable) {
    this.output = output;
    input.on('data', (chunk: Buffer) => {
      try {
        for (const answer of this.parser.push(chunk)) this.receive(answer);
      } catch (error) {
        this.end(error instanceof Error ? error : new Error(String(error)));
      }
    });
    input.on('close', () => this.end(new SftpEndedError('the connection ended')));
    input.on('error', (error) => this.end(error));
    output.on('error', (error) => this.end(error));
  }

  /** Says hello; rejects if the other side does not speak SFTP or ends. */
  static async open(input: Readable, output: Writable): Promise<SftpClient> {
    const client = new SftpClient(input, output);
    await new Promise<SftpAnswer>((resolve, reject) => {
      client.greet = { resolve, reject };
      if (client.ended !== null) reject(client.ended);
      else output.write(encodePacket(packetType.init, [3]));
    });
    return client;
  }

  /** The absolute form of a path; `.` is the home directory. */
  async realPath(path: string): Promise<string> {
    const answer = await this.request(packetType.realpath, [path]);
    if (answer.kind !== 'name' || answer.names[0] === undefined)
      throw new SftpStatusError(statusCode.failure, 'no name in the answer');
    return answer.names[0];
  }

  /** What is at a path, or null if nothing is. */
  async stat(path: string): Promise<RemoteStat | null> {
    try {
      const answer = await this.request(packetType.stat, [path]);
      if (answer.kind !== 'attrs')
        throw new SftpStatusError(statusCode.failure, 'no attributes in the answer');
      return {
        isDirectory: ((answer.mode ?? 0) & 0o170_000) === 0o040_000,
        sizeBytes: answer.sizeBytes,
        permissions: answer.mode === null ? null : answer.mode & 0o777,
      };
    } catch (error) {
      if (error instanceof SftpStatusError && error.code === statusCode.noSuchFile) return null;
      throw error;
    }
  }

  /** Makes a directory; one that is there already is as good, and keeps its mode. */
  async makeDirectory(path: string, mode: number): Promise<void> {
    try {
      await this.request(packetType.mkdir, [path, ...encodeMode(mode)]);
    } catch (error) {
      const found = error instanceof SftpStatusError ? await this.stat(path) : null;
      if (found?.isDirectory !== true) throw error;
    }
  }

  async remove(path: string): Promise<void> {
    await this.request(packetType.remove, [path]);
  }

  /**
   * Renames over an existing file where the server can (OpenSSH's extension). Elsewhere the existing one is first moved
   * to a name beside `from`, and back if the second move fails: at no time are both gone.
   */
  async replace(from: string, to: string): Promise<void> {
    try {
      await this.request(packetType.extended, ['posix-rename@openssh.com', from, to]);
    } catch (error) {
      if (!(error instanceof SftpStatusError) || error.code !== statusCode.unsupported) throw error;
      await this.replaceInSteps(from, to, `${from}-old`);
    }
  }

  private async replaceInSteps(from: string, to: string, aside: string): Promise<void> {
    let isAside = true;
    try {
      await this.rename(to, aside);
    } catch (error) {
      if (!(error instanceof SftpStatusError) || error.code !== statusCode.noSuchFile) throw error;
      isAside = false;
    }
    try {
      await this.rename(from, to);
    } catch (error) {
      // The first failure is the one to tell; if this one fails as well, the old file keeps its new name.
      if (isAside) await this.rename(aside, to).catch(() => undefined);
      throw error;
    }
    // The new file is in its place; that the old one stays under another name is no failure of the upload.
    if (isAside) await this.remove(aside).catch(() => undefined);
  }

  private async rename(from: string, to: string): Promise<void> {
    await this.request(packetType.rename, [from, to]);
  }

  /**
   * Writes a whole new file from chunks of at most 32 KiB. Chunks are asked for only as fast as the server takes them,
   * and not before the file was made. Fails if anything is at the path, also a link, which is never followed.
   * `onWritten` gets the bytes of each confirmed write.
   */
  async writeFile(
    path: string,
    { mode, isExact }: FileMode,
    chunks: AsyncIterable<Buffer>,
    onWritten: (bytes: number) => void,
  ): Promise<void> {
    const flags = openFlag.write | openFlag.create | openFlag.exclusive;
    const opened = await this.request(packetType.open, [path, flags, ...encodeMode(mode)]);
    if (opened.kind !== 'handle') throw new SftpStatusError(statusCode.failure, 'no handle in the answer');
    const { handle } = opened;
    const running = new Set<Promise<void>>();
    let failure: unknown = null;
    let offset = 0n;
    try {
      if (isExact) await this.setMode(handle, mode);
      for await (const chunk of chunks) {
        if (failure !== null) break;
        const write = this.request(packetType.write, [handle, offset, chunk])
          .then(() => onWritten(chunk.length))
          .catch((error: unknown) => {
            failure ??= error;
          })
          .finally(() => running.delete(write));
        running.add(write);
        offset += BigInt(chunk.length);
        if (running.size >= maximumWrites) await Promise.race(running);
      }
      await Promise.all(running);
    } finally {
      // The close may report what earlier writes could not (a full disk); after a failure it only tidies up.
      await this.request(packetType.close, [handle]).catch((error: unknown) => {
        failure ??= error;
      });
    }
    if (failure !== null) throw failure;
  }

  private async setMode(handle: Buffer, mode: number): Promise<void> {
    try {
      await this.request(packetType.fsetstat, [handle, ...encodeMode(mode)]);
    } catch (error) {
      // Some file systems have no modes. The file was made with no wider one than this, so it may stay.
      if (!(error instanceof SftpStatusError)) throw error;
    }
  }

  private request(type: number, fields: readonly (number | bigint | string | Buffer)[]): Promise<SftpAnswer> {
    if (this.ended !== null) return Promise.reject(this.ended);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.output.write(encodePacket(type, [id, ...fields]));
    });
  }

  private receive(answer: SftpAnswer): void {
    if (answer.kind === 'version') {
      this.greet?.resolve(answer);
      this.greet = null;
      return;
    }
    if (answer.kind === 'other') return;
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.kind === 'status' && answer.code !== statusCode.ok) {
      waiting?.reject(new SftpStatusError(answer.code, answer.message));
    } else waiting?.resolve(answer);
  }

  private end(error: Error): void {
    if (this.ended !== null) return;
    this.ended = error;
    this.greet?.reject(error);
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }
}
