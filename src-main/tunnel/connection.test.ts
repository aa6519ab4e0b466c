import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { Agent } from 'node:https';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { err, ok } from '../../shared/result.ts';
import { BufferPool } from './buffer-pool.ts';
import { Connection, type ConnectionNeeds } from './connection.ts';
import { LocalEnd } from './local-end.ts';
import { usualLimits } from './tunnel-types.ts';

/** A connection whose first token call is refused; gives the hosts that were dialed for its WebSocket, in order. */
async function dialedBy(kind: 'dedicated' | 'two-step', pods: readonly string[]): Promise<string[]> {
  const waiting = [...pods];
  let exchanges = 0;
  const service = createHttpServer((request, response) => {
    request.resume();
    if (request.url === '/api/connection') response.end(waiting.shift());
    else if (request.method === 'DELETE') response.writeHead(204).end();
    else if (++exchanges === 1) response.writeHead(503).end('busy');
    else response.end(JSON.stringify({ authToken: 'a', nodeId: 'n', websocketToken: 'w' }));
  });
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  service.listen(0, '127.0.0.1');
  listener.listen(0, '127.0.0.1');
  await Promise.all([once(service, 'listening'), once(listener, 'listening')]);
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const program = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  program.on('error', () => undefined);
  const [socket] = await accepted;
  const dialed: string[] = [];
  const silent = () => undefined;
  const needs: ConnectionNeeds = {
    number: 1,
    spec: {
      id: 't',
      bastion: {
        id: '/subscriptions/s/resourceGroups/g/x/y',
        endpoint: 'front.bastion.example',
        kind,
        tenantId: 't',
      },
      target: { kind: 'ip', address: '10.0.0.4' },
      remotePort: 22,
      audience: 'same-user',
      localAddress: '127.0.0.1',
      localPort: 0,
      localPortFallback: true,
      opening: 'greeting',
      firstByteTimeoutMs: null,
      ...usualLimits,
    },
    port: 443,
    endpointOf: () => ({
      origin: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      agent: new Agent(),
    }),
    openBare: (host) => {
      dialed.push(host);
      // Still under way when the token call of its try has failed.
      if (host.startsWith('pod-a')) return new Promise(() => undefined);
      return Promise.resolve(err(appError('bastion-unreachable', { detail: host })));
    },
    dialExchange: silent,
    armToken: () => Promise.resolve(ok('arm')),
    admit: () => Promise.resolve(null),
    admissionFirst: () => false,
    messageBytes: 4096,
    peerOf: () => ({ answersPings: 'unknown' }),
    onStep: silent,
    onFailed: silent,
    onClosed: silent,
    onChange: silent,
    log: silent,
  };
  await new Connection(new LocalEnd(socket, new BufferPool()), needs).done;
  program.destroy();
  listener.close();
  service.close();
  return dialed;
}

test('every try dials anew when the connection of the try before could not be made', async () => {
  expect(await dialedBy('dedicated', [])).toEqual([
    'front.bastion.example',
    'front.bastion.example',
    'front.bastion.example',
  ]);
});

test('a token of one pod never goes over the connection to another', async () => {
  const dialed = await dialedBy('two-step', [
    'pod-a.bastion.example',
    'pod-b.bastion.example',
    'pod-b.bastion.example',
  ]);
  expect(dialed).toEqual(['pod-a.bastion.example', 'pod-b.bastion.example', 'pod-b.bastion.example']);
});
