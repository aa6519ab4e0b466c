/**
 * `npm run cli -- tunnel …`: the command line in plain Node, from the sources.
 * With `--in-electron` the same runs in the main process of the built app, which is built first.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bootstrap, root } from './lib/bootstrap.mjs';

const args = process.argv.slice(2);
const isInElectron = args.includes('--in-electron');
bootstrap({ purpose: isInElectron ? 'app' : 'packages' });

async function electronCommand() {
  const { ensureElectron } = await import('./lib/electron-runtime.mjs');
  const { runProgram } = await import('./lib/run-steps.mjs');
  const { binary } = await ensureElectron(root);
  const built = await runProgram('electron-vite', ['build', '--logLevel', 'warn']);
  if (built !== 0) process.exit(built);
  const sandbox = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
  // No window is opened, so no display is needed; Chromium's own complaints about that are none of the command's.
  return [binary, [...sandbox, '--ozone-platform=headless', '--disable-gpu', '--log-level=3', root, ...args]];
}

const [program, programArgs] = isInElectron
  ? await electronCommand()
  : ['node', ['--disable-warning=ExperimentalWarning', join(root, 'src-main', 'cli', 'main.ts'), ...args]];
const child = spawn(program, programArgs, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
