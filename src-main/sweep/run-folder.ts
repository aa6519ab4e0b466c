import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { describeError, type Log } from '../log/logger.ts';
import { writeAtomically } from '../profiles/json-file.ts';
import { releaseHelper } from '../ssh/askpass-fifo.ts';
import { startOf } from './process-identity.ts';

const processSchema = z.object({ pid: z.number().int().positive(), start: z.string() });
const recordSchema = z.object({
  owner: processSchema,
  children: z.array(processSchema),
  /** Left out by records of older versions. */
  folders: z.array(z.string()).default([]),
});
type Process = z.infer<typeof processSchema>;

const recordName = 'processes.json';

/** A socket's path may have 104 bytes on macOS, and `ssh` adds 17 while it makes one: the user's data folder is too deep. */
const socketRoots = [tmpdir(), '/tmp'];
const longestSocketRoot = 64;
const socketFolderName = /^sp-[A-Za-z0-9]{6}$/;

/**
 * A private folder for what must not outlive this run: askpass pipes, logs of ssh, and a record of the programs that
 * were started. A run that was killed leaves its folder; the next start sweeps it.
 */
export class RunFolder {
  readonly path: string;
  private readonly owner: Process;
  private readonly platform: NodeJS.Platform;
  private readonly log: Log;
  private children: readonly Process[] = [];
  private folders: readonly string[] = [];
  private nextName = 1;

  private constructor(path: string, owner: Process, platform: NodeJS.Platform, log: Log) {
    this.path = path;
    this.owner = owner;
    this.platform = platform;
    this.log = log;
  }

  static async create(root: string, platform: NodeJS.Platform, log: Log): Promise<RunFolder> {
    const start = (await startOf(process.pid, platform)) ?? String(Date.now());
    const folder = new RunFolder(
      join(root, `${process.pid}-${Date.now()}`),
      { pid: process.pid, start },
      platform,
      log,
    );
    await mkdir(folder.path, { recursive: true, mode: 0o700 });
    await folder.writeRecord();
    return folder;
  }

  /** Makes a folder for one session inside. */
  async makeSubfolder(purpose: string): Promise<string> {
    const path = join(this.path, `${purpose}-${this.nextName++}`);
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /**
   * Makes a private folder with a short path for sockets, outside the run's own. In a shared folder another user could put
   * a socket in the place of ours and hear of everything that is asked over it.
   */
  async makeSocketFolder(): Promise<string> {
    const root = socketRoots.find((path) => Buffer.byteLength(path) <= longestSocketRoot) ?? '/tmp';
    const path = await mkdtemp(join(root, 'sp-'));
    this.folders = [...this.folders, path];
    await this.writeRecord();
    return path;
  }

  async removeSocketFolder(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
    this.folders = this.folders.filter((folder) => folder !== path);
    await this.writeRecord();
  }

  /** Remembers a program so that the next start can end it if this run cannot. */
  async remember(pid: number): Promise<void> {
    const start = await startOf(pid, this.platform);
    if (start === null) return;
    this.children = [...this.children, { pid, start }];
    await this.writeRecord();
  }

  async forget(pid: number): Promise<void> {
    this.children = this.children.filter((child) => child.pid !== pid);
    await this.writeRecord();
  }

  /** Removes the folder and everything in it. */
  async dispose(): Promise<void> {
    for (const folder of [...this.folders, this.path]) await rm(folder, { recursive: true, force: true });
  }

  private async writeRecord(): Promise<void> {
    const record = { owner: this.owner, children: this.children, folders: this.folders };
    const saved = await writeAtomically(join(this.path, recordName), JSON.stringify(record));
    if (!saved.ok) this.log.warn('run-record-not-saved', { detail: saved.error.detail });
  }
}

/** Ends what killed runs have left: their programs, if they are still the same ones, and their folders. */
export async function sweepRuns(root: string, platform: NodeJS.Platform, log: Log): Promise<number> {
  const names = await readdir(root).catch((): string[] => []); // no folder yet: the first start
  let swept = 0;
  for (const name of names) {
    const path = join(root, name);
    const record = await readRecord(join(path, recordName));
    if (record !== null && (await isAlive(record.owner, platform))) continue;
    for (const child of record?.children ?? []) {
      if (await isAlive(child, platform)) endProcess(child.pid, log);
    }
    const sessions = await readdir(path).catch((): string[] => []); // a file in the place of a folder
    for (const session of sessions) await releaseHelper(join(path, session));
    for (const folder of [...(record?.folders ?? []).filter(isSocketFolder), path]) {
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) =>
        log.warn('sweep-failed', { path: folder, error: describeError(error) }),
      );
    }
    swept++;
  }
  if (swept > 0) log.info('swept', { runs: swept });
  return swept;
}

/** Whether a recorded path is one that {@link RunFolder.makeSocketFolder} makes: nothing else is removed on a record's word. */
function isSocketFolder(path: string): boolean {
  return socketRoots.includes(dirname(path)) && socketFolderName.test(basename(path));
}

async function isAlive(wanted: Process, platform: NodeJS.Platform): Promise<boolean> {
  return (await startOf(wanted.pid, platform)) === wanted.start;
}

function endProcess(pid: number, log: Log): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    log.warn('sweep-kill-failed', { pid, error: describeError(error) });
  }
}

async function readRecord(path: string) {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Never written, or half written by a killed run: the folder is removed, no program is touched.
    return null;
  }
}
