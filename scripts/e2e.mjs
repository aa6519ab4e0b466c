/** `npm run e2e [-- playwright arguments]`: builds and drives the app in a real Electron. */
import { bootstrap } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'test' });
const { finish } = await import('./lib/run-steps.mjs');
const { runE2e } = await import('./lib/suites.mjs');
await runE2e(process.argv.slice(2));
finish();
