import type { Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';

/** A file to send. `path` is relative to the remote directory, with `/`. */
export interface LocalFile {
  readonly localPath: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Permission bits to create it with. */
  readonly mode: number;
}

/** What a drop holds: directories to make, parents first, and files. */
export interface Scan {
  readonly directories: readonly string[];
  readonly files: readonly LocalFile[];
  readonly totalBytes: number;
}

/** A drop of more files than this is refused: it is a mistake far more often than a wish. */
const maximumFiles = 200_000;

/**
 * Walks what was dropped. Symbolic links inside folders are followed to files but not to folders, so that a walk ends.
 * Things that are neither file nor folder (sockets, devices) are left out.
 */
export async function scanFiles(paths: readonly string[], signal: AbortSignal): Promise<Result<Scan>> {
  const directories: string[] = [];
  const files: LocalFile[] = [];
  let current = '';
  const addFile = async (localPath: string, path: string) => {
    current = localPath;
    const found = await stat(localPath);
    if (found.isFile()) files.push({ localPath, path, sizeBytes: found.size, mode: found.mode & 0o777 });
    if (files.length > maximumFiles) throw new Error(`more than ${maximumFiles} files`);
  };
  const walk = async (localPath: string, path: string): Promise<void> => {
    signal.throwIfAborted();
    current = localPath;
    directories.push(path);
    const entries: Dirent[] = await readdir(localPath, { withFileTypes: true });
    for (const entry of entries.toSorted((left, right) => left.name.localeCompare(right.name))) {
      const below = join(localPath, entry.name);
      if (entry.isDirectory()) await walk(below, `${path}/${entry.name}`);
      else if (entry.isFile() || entry.isSymbolicLink()) await addFile(below, `${path}/${entry.name}`);
    }
  };
  try {
    for (const localPath of paths) {
      current = localPath;
      const found = await lstat(localPath);
      const isFolder =
        found.isDirectory() || (found.isSymbolicLink() && (await stat(localPath)).isDirectory());
      if (isFolder) await walk(localPath, basename(localPath));
      else await addFile(localPath, basename(localPath));
    }
  } catch (error) {
    if (signal.aborted) return err(appError('transfer-cancelled'));
    return err(appError('local-file-unreadable', { detail: `${current}: ${describeError(error)}` }));
  }
  return ok({ directories, files, totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) });
}
