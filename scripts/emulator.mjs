/**
 * `npm run emulator -- --estate FILE`: serves an estate (see emulator/README.md).
 * `npm run emulator -- generate [options]`: makes one (see emulator/ESTATE.md).
 */
import { spawn } from 'node:child_process';
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'packages' });
const [first, ...rest] = process.argv.slice(2);
const [entry, args] =
  first === 'generate' ? ['emulator/generate.ts', rest] : ['emulator/main.ts', process.argv.slice(2)];
const child = spawn('node', ['--disable-warning=ExperimentalWarning', entry, ...args], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
