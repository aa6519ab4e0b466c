import { parentPort, workerData } from 'node:worker_threads';
import type { Result } from '../../shared/result.ts';
import type { Proxy } from '../net/proxy.ts';
import { TunnelEngine } from './engine.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

// The engine has a thread of its own: windows and dialogs on the main thread cannot stall it.

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const send = (message: FromWorker): void => port.postMessage(message);
const waitingForToken = new Map<number, (token: Result<string>) => void>();
const waitingForProxies = new Map<number, (proxies: readonly Proxy[]) => void>();
let nextCall = 1;

const engine = new TunnelEngine({
  ...(workerData as WorkerStart),
  armToken: (tenantId, renewal) =>
    new Promise((resolve) => {
      const call = nextCall++;
      waitingForToken.set(call, resolve);
      send({ kind: 'need-arm-token', call, tenantId, renewal });
    }),
  resolveProxy: (url) =>
    new Promise((resolve) => {
      const call = nextCall++;
      waitingForProxies.set(call, resolve);
      send({ kind: 'need-proxies', call, url });
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
    case 'warm-up':
      await engine.warmUp(message.target);
      send({ kind: 'done', call: message.call });
      break;
    case 'cool-down':
      engine.coolDown();
      break;
    case 'network-changed':
      engine.networkChanged(message.limitMs);
      break;
    case 'allow':
      engine.allow(message.tunnelId, message.who);
      break;
    case 'proxies':
      waitingForProxies.get(message.call)?.(message.proxies);
      waitingForProxies.delete(message.call);
      break;
    case 'arm-token':
      waitingForToken.get(message.call)?.(message.token);
      waitingForToken.delete(message.call);
      break;
  }
}
