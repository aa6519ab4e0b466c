/** Runs the baseline `limit` in a worker thread of Electron, as the engine does. */
import { parentPort } from 'node:worker_threads';
import { type LimitTask, runLimit } from './limit.ts';

parentPort?.on('message', (task: LimitTask) => {
  runLimit(task).then(
    (seconds) => parentPort?.postMessage({ seconds }),
    (error: unknown) => parentPort?.postMessage({ error: String(error) }),
  );
});
