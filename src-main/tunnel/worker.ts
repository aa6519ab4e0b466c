import { parentPort, workerData } from 'node:worker_threads';
import type { Result } from '../../shared/result.ts';
import { TunnelEngine } from './engine.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

// The engine has a thread of its own: windows and dialogs on the main thread cannot stall it.

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const send = (message: FromWorker): void => port.postMessage(message);
const waitingForToken = new Map<number, (token: Result<string>) => void>();
let nextCall = 1;

const engine = new TunnelEngine({
  dataPlane: (workerData as WorkerStart).dataPlane,
  armToken: (tenantId, isForced) =>
    new Promise((resolve) => {
      const call = nextCall++;
      waitingForToken.set(call, resolve);
      send({ kind: 'need-arm-token', call, tenantId, isForced });
    }),
  emit: (event) => send({ kind: 'event', event }),
  log: (event, fields) => send({ kind: 'log', event, fields }),
});

port.on('message', (message: ToWorker) => {
  void answer(message);
});

async function answer(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'open':
      send({ kind: 'opened', call: message.call, address: await engine.open(message.spec) });
      break;
    case 'close':
      await engine.close(message.tunnelId);
      send({ kind: 'done', call: message.call });
      break;
    case 'dispose':
      await engine.dispose();
      send({ kind: 'done', call: message.call });
      break;
    case 'arm-token':
      waitingForToken.get(message.call)?.(message.token);
      waitingForToken.delete(message.call);
      break;
  }
}
