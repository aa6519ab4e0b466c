/**
 * Baseline `wsPipe`: what somebody would write first. Accept, exchange, connect with the package `ws`, and join the two
 * ends with pipes. Runs in a worker thread of Electron, as the engine does.
 */
import { createServer, type AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { createWebSocketStream, WebSocket } from 'ws';
import { exchange, type TunnelPlan } from './exchange.ts';

const plan = workerData as TunnelPlan;

const server = createServer({ allowHalfOpen: true, noDelay: true }, (local) => {
  local.on('error', () => local.destroy());
  exchange(plan).then(
    ({ path, end }) => {
      const options = {
        ca: [...plan.ca],
        servername: plan.host,
        headers: { host: plan.host },
        perMessageDeflate: false,
      };
      const socket = new WebSocket(`wss://127.0.0.1:${plan.port}${path}`, options);
      const remote = createWebSocketStream(socket);
      remote.on('error', () => local.destroy());
      local.on('close', () => {
        remote.destroy();
        end();
      });
      local.pipe(remote).pipe(local);
    },
    () => local.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
