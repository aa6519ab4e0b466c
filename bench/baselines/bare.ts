/**
 * Baseline `bare`: the least that a connection through this server takes. Two TLS connections, one POST written as text
 * over the first, the upgrade over the second, small frames back and forth; no check of who connects, no timeline, no
 * retries, no half-close, frames only as the emulator sends them. Resumes TLS sessions, as the engine does. Runs in a
 * worker thread of Electron.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import type { TunnelPlan } from './exchange.ts';
import { maskedFrame } from './masked-frame.ts';

const plan = workerData as TunnelPlan;
const context = createSecureContext({ ca: [...plan.ca] });
let session: Buffer | undefined;
/** Made ready ahead, if somebody asked for it. */
let ready: readonly [TLSSocket, TLSSocket] | null = null;

function dial(): TLSSocket {
  const options = { host: '127.0.0.1', port: plan.port, servername: plan.host, secureContext: context };
  const socket = connect(session === undefined ? options : { ...options, session });
  socket.setNoDelay(true);
  socket.on('session', (ticket: Buffer) => {
    session = ticket;
  });
  socket.on('error', () => socket.destroy());
  return socket;
}

const secured = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve) => socket.once('secureConnect', () => resolve()));

/** Resolves with an answer, head and body, when the bytes that its head announces are there. */
function answer(socket: TLSSocket): Promise<Buffer> {
  return new Promise((resolve) => {
    let got = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      got = Buffer.concat([got, chunk]);
      const end = got.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(got.toString('latin1', 0, end))?.[1] ?? 0);
      if (got.length < end + 4 + length) return;
      socket.off('data', read);
      resolve(got);
    };
    socket.on('data', read);
  });
}

/** Payloads of frames below 64 KiB that came whole. */
function payloads(bytes: Buffer): Buffer {
  const found: Buffer[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = bytes.readUInt8(at + 1);
    const [head, length] = short < 126 ? [2, short] : [4, bytes.readUInt16BE(at + 2)];
    found.push(bytes.subarray(at + head, at + head + length));
    at += head + length;
  }
  return Buffer.concat(found);
}

async function relay(local: Socket): Promise<void> {
  const [calls, stream] = ready ?? [dial(), dial()];
  ready = null;
  const [head, host] = ['Content-Type: application/x-www-form-urlencoded', `Host: ${plan.host}`];
  calls.write(
    `POST /api/tokens HTTP/1.1\r\n${host}\r\n${head}\r\nContent-Length: ${plan.form.length}\r\n\r\n${plan.form}`,
  );
  const exchanged = await answer(calls);
  const { authToken, websocketToken, nodeId } = JSON.parse(
    exchanged.toString('utf8', exchanged.indexOf('\r\n\r\n')),
  ) as Readonly<Record<'authToken' | 'websocketToken' | 'nodeId', string>>;
  local.once('close', () => {
    stream.destroy();
    calls.end(`DELETE /api/tokens/${authToken} HTTP/1.1\r\n${host}\r\nX-Node-Id: ${nodeId}\r\n\r\n`);
  });
  const upgrade = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13`;
  const key = randomBytes(16).toString('base64');
  const path = `/webtunnelv2/${websocketToken}?X-Node-Id=${encodeURIComponent(nodeId)}`;
  stream.write(`GET ${path} HTTP/1.1\r\n${host}\r\n${upgrade}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
  const upgraded = await answer(stream);
  local.on('data', (chunk: Buffer) => stream.write(maskedFrame(chunk)));
  stream.on('data', (chunk: Buffer) => local.write(payloads(chunk)));
  const first = payloads(upgraded.subarray(upgraded.indexOf('\r\n\r\n') + 4));
  if (first.length > 0) local.write(first);
}

const server = createServer({ noDelay: true }, (local) => {
  local.on('error', () => local.destroy());
  relay(local).catch(() => local.destroy());
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));

/** Any message asks for two connections that stand ready. */
parentPort?.on('message', () => {
  const both = [dial(), dial()] as const;
  void Promise.all(both.map(secured)).then(() => {
    ready = both;
    parentPort?.postMessage('ready');
  });
});
