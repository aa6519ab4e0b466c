/**
 * `npm run test:long [-- --no-soak]`: what takes minutes. The long tests of the engine, its property test a thousand times,
 * and half an hour of mixed traffic with faults.
 */
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'bench' });
const { finish, readVitest, runCheck, runTests } = await import('./lib/run-steps.mjs');

/** Vitest with a report of its own. */
async function runLong(name, args, env = {}) {
  const file = `${name.replaceAll(' ', '-')}.json`;
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=test-results/${file}`];
  await runTests(name, 'vitest', ['run', '--root', root, ...report, ...args], file, readVitest, env);
}

await runLong('long tests', ['--config', 'e2e/long/vitest.config.ts']);
await runLong('a thousand properties', ['e2e/integration/tunnel-property.test.ts'], {
  PROPERTY_RUNS: '1000',
});
if (!process.argv.includes('--no-soak')) {
  await runCheck('half an hour of traffic', 'node', ['scripts/bench.mjs', '--soak', '30']);
}
finish();
