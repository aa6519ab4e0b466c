/**
 * Does whatever is missing before any script of the project can run: packages of the lock file, system packages,
 * the Electron runtime. Depends on nothing but Node and runs on Node 20.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Debian packages by the file that shows that they are there. */
const debianPackages = {
  'libgtk-3-0': '/usr/lib/x86_64-linux-gnu/libgtk-3.so.0',
  libnss3: '/usr/lib/x86_64-linux-gnu/libnss3.so',
  libasound2: '/usr/lib/x86_64-linux-gnu/libasound.so.2',
  libgbm1: '/usr/lib/x86_64-linux-gnu/libgbm.so.1',
  'libsecret-1-0': '/usr/lib/x86_64-linux-gnu/libsecret-1.so.0',
  xvfb: '/usr/bin/Xvfb',
  xauth: '/usr/bin/xauth',
  dbus: '/usr/bin/dbus-daemon',
  'gnome-keyring': '/usr/bin/gnome-keyring-daemon',
  'openssh-client': '/usr/bin/ssh',
  'openssh-server': '/usr/sbin/sshd',
  xrdp: '/usr/sbin/xrdp',
  xorgxrdp: '/usr/lib/xorg/modules/libxorgxrdp.so',
  'freerdp2-x11': '/usr/bin/xfreerdp',
  unzip: '/usr/bin/unzip',
  openssl: '/usr/bin/openssl',
  procps: '/usr/bin/pgrep',
};

/** Only for tests: those of the Windows branches, and those of proxies. */
const testPackages = {
  wine64: '/usr/lib/wine/wine64',
  'squid-openssl': '/usr/lib/squid/security_file_certgen',
  lsof: '/usr/bin/lsof',
};

/** Only for the benchmarks. */
const benchPackages = { socat: '/usr/bin/socat' };

function step(text) {
  process.stderr.write(`[setup] ${text}\n`);
}

function runOrExit(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.status !== 0) {
    step(`${command} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}`);
    process.exit(1);
  }
}

function ensurePackages() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const stamp = join(root, 'node_modules/.sallyport-lock');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step('Installing packages (npm ci)');
  runOrExit('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
  });
  writeFileSync(stamp, wanted);
}

function ensureDebianPackages(wanted) {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) return;
  const missing = Object.entries(wanted).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    step(`These system packages are missing. Install them and run this again:\n\n  sudo sh -c '${line}'\n`);
    process.exit(1);
  }
  step(`Installing system packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  runOrExit('apt-get', ['update', '-qq'], { env });
  runOrExit('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
}

/**
 * Installs what is missing and puts the project's own Node first on PATH.
 * @param {{ purpose: 'app' | 'test' | 'bench' | 'packages' }} options `packages` stops after npm's part
 */
export function bootstrap({ purpose }) {
  ensurePackages();
  process.env.PATH = `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`;
  if (purpose === 'packages') return;
  const special = purpose === 'test' ? testPackages : purpose === 'bench' ? benchPackages : {};
  ensureDebianPackages({ ...debianPackages, ...special });
}
