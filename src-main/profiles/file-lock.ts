import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCodeOf } from '../net/network-errors.ts';

/** Nobody keeps the lock for longer than one small file takes to read and write. */
const staleMs = 10_000;
const patienceMs = 15_000;
const pauseMs = 20;

/**
 * Runs a step while no other process runs one under the same lock file. The lock of a process that has ended is taken
 * over. Throws if the lock cannot be had in time.
 */
export async function withFileLock<R>(lockPath: string, step: () => Promise<R>): Promise<R> {
  const mine = `${process.pid} ${randomUUID()}`;
  await acquire(lockPath, mine);
  try {
    return await step();
  } finally {
    // Only ours: after a long pause of this process, another may have taken it over.
    if ((await read(lockPath)) === mine) await rm(lockPath, { force: true });
  }
}

async function acquire(lockPath: string, mine: string): Promise<void> {
  await mkdir(dirname(lockPath), { recursive: true, mode: 0o700 });
  const givenUpAtMs = Date.now() + patienceMs;
  while (!(await create(lockPath, mine))) {
    const holder = await read(lockPath);
    if (holder !== null && (await isStale(lockPath, holder))) await takeAway(lockPath, holder);
    else if (Date.now() > givenUpAtMs) throw new Error(`${lockPath} is held by another process`);
    else await delay(pauseMs);
  }
}

async function create(lockPath: string, mine: string): Promise<boolean> {
  try {
    const file = await open(lockPath, 'wx', 0o600);
    try {
      await file.writeFile(mine);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    // Windows answers EPERM or EACCES while a file of that name is being removed.
    if (['EEXIST', 'EPERM', 'EACCES'].includes(errorCodeOf(error))) return false;
    throw error;
  }
}

/** Who holds the lock; null if nobody does. */
async function read(lockPath: string): Promise<string | null> {
  try {
    return await readFile(lockPath, 'utf8');
  } catch {
    return null; // gone meanwhile, or not readable: then nothing can be said of its holder
  }
}

async function isStale(lockPath: string, holder: string): Promise<boolean> {
  const pid = Number(holder.split(' ')[0]);
  if (Number.isInteger(pid) && pid > 0 && !isAlive(pid)) return true;
  try {
    return Date.now() - (await stat(lockPath)).mtimeMs > staleMs;
  } catch {
    return false; // gone meanwhile
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCodeOf(error) === 'EPERM'; // it is there, and somebody else's
  }
}

/** A rename has one winner. Should it have caught a fresh lock of a third process, that one is put back. */
async function takeAway(lockPath: string, holder: string): Promise<void> {
  const aside = `${lockPath}.${randomUUID()}`;
  try {
    await rename(lockPath, aside);
  } catch {
    return; // somebody else was first
  }
  if ((await read(aside)) === holder) await rm(aside, { force: true });
  else await rename(aside, lockPath);
}
