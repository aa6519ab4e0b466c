/** `npm run check`: the fast part, without Electron. */
import { bootstrap } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'packages' });
const { finish } = await import('./lib/run-steps.mjs');
const { runStatic, runVitest } = await import('./lib/suites.mjs');
await runStatic();
await runVitest('unit', ['--exclude', 'e2e/**', '--exclude', 'emulator/**']);
finish();
