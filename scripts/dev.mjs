/** `npm run dev [-- app arguments]`: the app with hot reload. */
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'app' });
const { ensureElectron } = await import('./lib/electron-runtime.mjs');
const { runProgram } = await import('./lib/run-steps.mjs');
const { folder } = await ensureElectron(root);
const sandbox = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
const rest = process.argv.slice(2);
process.exitCode = await runProgram(
  'electron-vite',
  [
    'dev',
    ...sandbox.map((flag) => flag.replace('no-sandbox', 'noSandbox')),
    ...(rest.length > 0 ? ['--', ...rest] : []),
  ],
  {
    ELECTRON_OVERRIDE_DIST_PATH: folder,
  },
);
