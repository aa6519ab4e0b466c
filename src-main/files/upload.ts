import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import type { LocalFile, Scan } from './scan-files.ts';
import { type FileMode, type SftpClient, SftpStatusError, writeChunkBytes } from './sftp-client.ts';
import { statusCode } from './sftp-packets.ts';

export interface UploadEvents {
  readonly onFileStarted: (index: number) => void;
  readonly onBytes: (bytes: number) => void;
  /** `sha256`: lower-case hex of what was read and sent. */
  readonly onFileSent: (index: number, sha256: string) => void;
}

/**
 * A file is written beside its place under a name of its own, and takes its place when it is whole. The name cannot be
 * guessed, so that nobody can put a link there, and two uploads of one file do not meet.
 */
function partPathOf(remotePath: string): string {
  return posix.join(posix.dirname(remotePath), `.sallyport-${randomBytes(8).toString('hex')}.part`);
}

/** How local files are opened: links were resolved when the files were counted, so one that is there now is a swap. */
const readFlags = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NOFOLLOW);

/**
 * Uploads a scan into a remote directory, one file after the other. An existing file keeps its content until the new one
 * is whole. Resolves with the absolute directory that the paths are relative to.
 */
export async function uploadFiles(
  sftp: SftpClient,
  scan: Scan,
  directory: string,
  events: UploadEvents,
  signal: AbortSignal,
): Promise<Result<string>> {
  let current = directory === '' ? 'the home directory' : directory;
  try {
    const base = await findDirectory(sftp, directory);
    if (base === null) return err(appError('remote-path-missing', { detail: directory }));
    for (const { path, mode } of scan.directories) {
      signal.throwIfAborted();
      current = path;
      await sftp.makeDirectory(`${base}/${path}`, mode);
    }
    for (const [index, file] of scan.files.entries()) {
      signal.throwIfAborted();
      current = file.path;
      events.onFileStarted(index);
      const sent = await sendFile(sftp, file, `${base}/${file.path}`, events.onBytes, signal);
      if (!sent.ok) return sent;
      events.onFileSent(index, sent.value);
    }
    return ok(base);
  } catch (error) {
    return err(signal.aborted ? appError('transfer-cancelled') : toRemoteError(error, current));
  }
}

/** The absolute form of what the user typed, without a slash at the end; null if it is not a directory. */
async function findDirectory(sftp: SftpClient, directory: string): Promise<string | null> {
  const home = await sftp.realPath('.');
  const wanted =
    directory === '' || directory === '~'
      ? home
      : directory.startsWith('~/')
        ? `${home}/${directory.slice(2)}`
        : directory;
  const found = await sftp.stat(wanted);
  if (found?.isDirectory !== true) return null;
  return (await sftp.realPath(wanted)).replace(/\/+$/, '');
}

async function sendFile(
  sftp: SftpClient,
  file: LocalFile,
  remotePath: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Result<string>> {
  const hash = createHash('sha256');
  const partPath = partPathOf(remotePath);
  let isMade = false;
  let readBytes = 0;
  let localError: AppError | null = null;
  async function* chunks(): AsyncGenerator<Buffer> {
    isMade = true;
    let handle;
    try {
      handle = await open(file.localPath, readFlags);
      for (;;) {
        signal.throwIfAborted();
        // A buffer of its own for each write: it is in use until the server has confirmed.
        const buffer = Buffer.allocUnsafe(writeChunkBytes);
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, readBytes);
        if (bytesRead === 0) return;
        readBytes += bytesRead;
        const chunk = buffer.subarray(0, bytesRead);
        hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      if (!signal.aborted)
        localError = appError('local-file-unreadable', {
          detail: `${file.localPath}: ${describeError(error)}`,
        });
    } finally {
      await handle?.close();
    }
  }
  try {
    await sftp.writeFile(partPath, await modeFor(sftp, file, remotePath), chunks(), onBytes);
    if (signal.aborted) throw signal.reason;
    if (localError === null && readBytes !== file.sizeBytes) {
      localError = appError('local-file-changed', {
        detail: `${file.localPath}: ${file.sizeBytes} bytes before, ${readBytes} now`,
      });
    }
    if (localError !== null) {
      await sftp.remove(partPath);
      return err(localError);
    }
    await sftp.replace(partPath, remotePath);
    return ok(hash.digest('hex'));
  } catch (error) {
    // Best effort: the connection may be what failed. What lay there before was not ours.
    if (isMade) await sftp.remove(partPath).catch(() => undefined);
    throw error;
  }
}

/** A file that is replaced gives its mode to the new one; else the local mode counts, as far as the umask lets it. */
async function modeFor(sftp: SftpClient, file: LocalFile, remotePath: string): Promise<FileMode> {
  const found = await sftp.stat(remotePath);
  if (found?.isDirectory === true)
    throw new SftpStatusError(statusCode.failure, 'a directory is in the place of the file');
  const permissions = found?.permissions ?? null;
  return permissions === null ? { mode: file.mode, isExact: false } : { mode: permissions, isExact: true };
}

function toRemoteError(error: unknown, path: string): AppError {
  const detail = `${path}: ${describeError(error)}`;
  if (!(error instanceof SftpStatusError)) return appError('transfer-failed', { detail });
  if (error.code === statusCode.permissionDenied) return appError('remote-denied', { detail });
  if (error.code === statusCode.noSuchFile) return appError('remote-path-missing', { detail });
  // OpenSSH sends no code of its own for a full disk, only "Failure" for every other errno.
  if (/no space|quota/i.test(error.message)) return appError('remote-disk-full', { detail });
  return appError('transfer-failed', { detail });
}
