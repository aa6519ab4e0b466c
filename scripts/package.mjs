/**
 * `npm run package [-- target]`: the packed app in dist/. The target is an argument of electron-builder:
 *
 *   npm run package                      a folder that runs (on Linux dist/linux-unpacked)
 *   npm run package -- deb               an installer; electron-builder downloads the tools it needs for it
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'app' });
const { ensureElectron } = await import('./lib/electron-runtime.mjs');
const { runProgram } = await import('./lib/run-steps.mjs');
const { folder, version, official } = await ensureElectron(root);
if ((await runProgram('electron-vite', ['build', '--logLevel', 'warn'])) !== 0) process.exit(1);

const system = { win32: '--win', darwin: '--mac' }[process.platform] ?? '--linux';
const targets = process.argv.length > 2 ? process.argv.slice(2) : ['dir'];
const work = mkdtempSync(join(tmpdir(), 'sallyport-package-'));
try {
  process.exitCode = await runProgram('electron-builder', [
    system,
    ...targets,
    '--publish',
    'never',
    `--config.electronVersion=${version}`,
    ...(official ? [] : [`--config.electronDist=${plainRuntime(join(work, 'electron'))}`]),
  ]);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A copy of the runtime without what is not Electron's: its launcher starts any folder named on the command line. */
function plainRuntime(target) {
  const foreign = new Set(['app', 'app-update.yml'].map((name) => join(folder, 'resources', name)));
  cpSync(folder, target, { recursive: true, filter: (source) => !foreign.has(source) });
  return target;
}
