/** `npm test`: everything, on a fresh clone too. Ends with a line of numbers. */
import { bootstrap } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'test' });
const { finish } = await import('./lib/run-steps.mjs');
const { runE2e, runStatic, runVitest } = await import('./lib/suites.mjs');
await runStatic();
await runVitest('unit and integration');
await runE2e();
finish();
