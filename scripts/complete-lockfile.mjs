/**
 * Adds what npm leaves out of package-lock.json where the registry in use does not offer every platform's build:
 * optional packages of other systems. Without them `npm ci` refuses the file. Run after `npm install NAME`:
 *
 *   node scripts/complete-lockfile.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const systems = [
  'android',
  'darwin',
  'freebsd',
  'openbsd',
  'netbsd',
  'openharmony',
  'sunos',
  'aix',
  'win32',
  'linux',
];
const processors = [
  'x64',
  'arm64',
  'arm',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'wasm32',
];

/** System and processor as platform packages carry them in their name. */
function platformOf(name) {
  const words = name.split(/[/\-_.]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  const wide = /musl/.test(name) ? 'musl' : /gnu|glibc/.test(name) ? 'glibc' : null;
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(os === undefined ? {} : { os: [os] }),
    ...(wide === null ? {} : { libc: [wide] }),
  };
}

let added = 0;
for (const [place, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere =
      `node_modules/${name}` in lock.packages || `${place}/node_modules/${name}` in lock.packages;
    const platform = platformOf(name);
    if (isThere || (platform.os === undefined && platform.cpu === undefined)) continue;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ''),
      ...platform,
      ...(entry.dev === true || place === '' ? { dev: true } : {}),
      license: 'MIT',
      optional: true,
    };
    added++;
  }
}
const sorted = Object.entries(lock.packages).toSorted(([left], [right]) => (left < right ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
