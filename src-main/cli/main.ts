import { join } from 'node:path';
import { runCli } from './run-cli.ts';

// The command line in plain Node. Electron has an entry of its own in `main.ts`.

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  platform: process.platform,
  workerPath: join(import.meta.dirname, '..', 'tunnel', 'worker.ts'),
  systemProxy: null,
});
