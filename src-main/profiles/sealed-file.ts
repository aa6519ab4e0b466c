import { promisify } from 'node:util';
import { deflateRaw, inflateRaw, constants } from 'node:zlib';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, type Result } from '../../shared/result.ts';
import type { SecretBox } from './secret-box.ts';
import { describeError } from '../log/logger.ts';
import { isAbsent, writeAtomically } from './json-file.ts';
import { TurnQueue } from './turn-queue.ts';

const base64 = z.base64();
const headSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plain') }),
  z.object({ kind: z.literal('sealed'), key: base64, iv: base64, tag: base64 }),
]);

const cipherName = 'aes-256-gcm';
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Text that grows beyond this when it is unpacked is no file of ours. */
const mostBytes = 512 * 1024 * 1024;
/** Quick: the text is read at every start. */
const packing = { level: constants.Z_BEST_SPEED };

/**
 * A file of some megabytes that is not for others: encrypted under a key of its own, which the system's keyring keeps; where
 * there is none, only the permissions of the file guard it. The keyring itself is slow with long texts.
 */
export class SealedFile {
  private readonly path: string;
  private readonly box: SecretBox;
  private readonly turns = new TurnQueue();
  private fetched: Promise<string | null> | null = null;

  constructor(path: string, box: SecretBox) {
    this.path = path;
    this.box = box;
  }

  /** Begins to read; the next {@link read} takes what came of it. */
  prefetch(): void {
    this.fetched = this.readNow();
    this.fetched.catch(() => undefined); // told to whoever reads
  }

  /** The text; null if there is none. Rejects if the file is damaged or was sealed under another key. */
  read(): Promise<string | null> {
    const fetched = this.fetched ?? this.readNow();
    this.fetched = null;
    return fetched;
  }

  private readNow(): Promise<string | null> {
    return this.turns.run(async () => {
      let data: Buffer;
      try {
        data = await readFile(this.path);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
      const end = data.indexOf('\n');
      const head = headSchema.parse(JSON.parse(data.toString('utf8', 0, end)));
      const body = data.subarray(end + 1);
      // What lies open where a keyring exists was left by a start without one.
      if (head.kind === 'plain') return this.box.kind === 'memory' ? unpack(body) : null;
      if (this.box.kind === 'memory') return null;
      const key = Buffer.from(await this.box.decrypt(Buffer.from(head.key, 'base64')), 'base64');
      const decipher = createDecipheriv(cipherName, key, Buffer.from(head.iv, 'base64'));
      decipher.setAuthTag(Buffer.from(head.tag, 'base64'));
      return unpack(Buffer.concat([decipher.update(body), decipher.final()]));
    });
  }

  write(text: string): Promise<Result<null>> {
    this.fetched = null;
    return this.turns.run(async () => {
      try {
        return await writeAtomically(this.path, await this.seal(await deflate(text, packing)));
      } catch (error) {
        return err(appError('save-failed', { detail: `${this.path}: ${describeError(error)}` }));
      }
    });
  }

  remove(): Promise<void> {
    this.fetched = null;
    return this.turns.run(() => rm(this.path, { force: true }));
  }

  private async seal(body: Buffer): Promise<Buffer> {
    if (this.box.kind === 'memory') return Buffer.concat([headLine({ kind: 'plain' }), body]);
    const key = randomBytes(32);
    const iv = randomBytes(12);
    const cipher = createCipheriv(cipherName, key, iv);
    const sealed = Buffer.concat([cipher.update(body), cipher.final()]);
    const sealedKey = await this.box.encrypt(key.toString('base64'));
    const text = (data: Buffer) => data.toString('base64');
    return Buffer.concat([
      headLine({ kind: 'sealed', key: text(sealedKey), iv: text(iv), tag: text(cipher.getAuthTag()) }),
      sealed,
    ]);
  }
}

async function unpack(body: Buffer): Promise<string> {
  return (await inflate(body, { maxOutputLength: mostBytes })).toString('utf8');
}

function headLine(head: z.infer<typeof headSchema>): Buffer {
  return Buffer.from(`${JSON.stringify(head)}\n`);
}
