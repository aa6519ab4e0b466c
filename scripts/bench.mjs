/** `npm run bench [-- options]`: measures the engine in a real Electron against baselines of the same run (bench/README.md). */
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'bench' });
const { startVirtualDisplay } = await import('./lib/display.mjs');
const { ensureElectron } = await import('./lib/electron-runtime.mjs');
const { runProgram } = await import('./lib/run-steps.mjs');
const { binary } = await ensureElectron(root);
const display = process.platform === 'linux' ? await startVirtualDisplay() : null;
try {
  process.exitCode = await runProgram(
    'node',
    ['--disable-warning=ExperimentalWarning', 'bench/run.ts', ...process.argv.slice(2)],
    { SALLYPORT_ELECTRON: binary, ...(display === null ? {} : { DISPLAY: display.display }) },
  );
} finally {
  await display?.stop();
}
