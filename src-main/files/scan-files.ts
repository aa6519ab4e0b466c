import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';

/** A file to send. `path` is relative to the remote directory, with `/`. */
export interface LocalFile {
  /** Where its bytes are; never a symbolic link, so that what is sent is what was looked at. */
  readonly localPath: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Permission bits to create it with. */
  readonly mode: number;
}

/** A directory to make. Its owner can always write into it, or the upload could not. */
export interface LocalDirectory {
  readonly path: string;
  readonly mode: number;
}

/** What a drop holds: directories to make, parents first, and files. */
export interface Scan {
  readonly directories: readonly LocalDirectory[];
  readonly files: readonly LocalFile[];
  readonly totalBytes: number;
  /** Paths that are left out: links that lead nowhere, to a folder or out of what was dropped; sockets and devices. */
  readonly skipped: readonly string[];
}

/** A drop of more files than this is refused: it is a mistake far more often than a wish. */
const maximumFiles = 200_000;

/**
 * Walks what was dropped. A link that was dropped itself is followed; one inside a dropped folder only to a file that is
 * inside that folder too: an unpacked archive or a clone must not send a private key from elsewhere.
 */
export async function scanFiles(paths: readonly string[], signal: AbortSignal): Promise<Result<Scan>> {
  const dropped = [...new Set(paths.map((path) => resolve(path)))];
  const twice = firstRepeated(dropped.map((path) => basename(path)));
  if (twice !== null) return err(appError('local-names-collide', { detail: twice }));
  const walk = new Walk(signal);
  try {
    for (const path of dropped) await walk.addDropped(path);
  } catch (error) {
    if (signal.aborted) return err(appError('transfer-cancelled'));
    return err(appError('local-file-unreadable', { detail: `${walk.current}: ${describeError(error)}` }));
  }
  return ok(walk.scan());
}

function firstRepeated(names: readonly string[]): string | null {
  return names.find((name, index) => names.indexOf(name) !== index) ?? null;
}

/** One walk and what it has found. */
class Walk {
  /** What is looked at, for the words of a failure. */
  current = '';
  private readonly signal: AbortSignal;
  private readonly directories: LocalDirectory[] = [];
  private readonly files: LocalFile[] = [];
  private readonly skipped: string[] = [];

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  async addDropped(localPath: string): Promise<void> {
    this.current = localPath;
    const real = await realpath(localPath);
    if ((await stat(real)).isDirectory()) await this.addFolder(real, basename(localPath), real);
    else await this.addFile(real, basename(localPath));
  }

  scan(): Scan {
    const { directories, files, skipped } = this;
    return { directories, files, skipped, totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
  }

  /** `root`: the real path of the dropped folder that this one is in. */
  private async addFolder(localPath: string, path: string, root: string): Promise<void> {
    this.signal.throwIfAborted();
    this.current = localPath;
    const { mode } = await stat(localPath);
    this.directories.push({ path, mode: (mode & 0o777) | 0o700 });
    const entries: Dirent[] = await readdir(localPath, { withFileTypes: true });
    for (const entry of entries.toSorted((left, right) => left.name.localeCompare(right.name))) {
      const below = join(localPath, entry.name);
      const belowPath = `${path}/${entry.name}`;
      if (entry.isDirectory()) await this.addFolder(below, belowPath, root);
      else if (entry.isFile()) await this.addFile(below, belowPath);
      else if (entry.isSymbolicLink()) await this.addLink(below, belowPath, root);
      else this.skipped.push(belowPath);
    }
  }

  private async addLink(localPath: string, path: string, root: string): Promise<void> {
    const target = await realpath(localPath).catch(() => null); // leads nowhere, or in a circle
    const prefix = root.endsWith(sep) ? root : root + sep;
    if (target === null || !target.startsWith(prefix)) this.skipped.push(path);
    else await this.addFile(target, path);
  }

  private async addFile(localPath: string, path: string): Promise<void> {
    this.current = localPath;
    const found = await stat(localPath);
    if (!found.isFile()) {
      this.skipped.push(path);
      return;
    }
    this.files.push({ localPath, path, sizeBytes: found.size, mode: found.mode & 0o777 });
    if (this.files.length > maximumFiles) throw new Error(`more than ${maximumFiles} files`);
  }
}
