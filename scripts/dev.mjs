/** `npm run dev [-- app arguments]`: the app with hot reload. */
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'app' });
const { ensureElectron } = await import('./lib/electron-runtime.mjs');
const { runProgram } = await import('./lib/run-steps.mjs');
const { binary } = await ensureElectron(root);
// Chromium cannot have its sandbox as root.
const sandbox = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
process.exitCode = await runProgram('electron-vite', ['dev', '--', ...sandbox, ...process.argv.slice(2)], {
  ELECTRON_EXEC_PATH: binary,
});
