import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { pause, reportBug } from '../net/http.ts';
import type { BastionContext } from './context.ts';
import { endpointAt } from './context.ts';
import { canRunFast, runFastTunnel } from './fast-tunnel.ts';
import { createFrameInspector } from './frame-inspector.ts';
import type { Session } from './sessions.ts';
import { destinationOf, runTunnel } from './tunnel.ts';

const page400 =
  '<!doctype html><html lang="en"><head><title>HTTP Status 400 – Bad Request</title></head><body><h1>HTTP Status 400 – Bad Request</h1></body></html>';

function respond(socket: Socket, status: number): void {
  const reason = status === 404 ? 'Not Found' : status === 400 ? 'Bad Request' : 'Error';
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: ${Buffer.byteLength(page400)}\r\nConnection: close\r\n\r\n${page400}`,
  );
}

/** A hand-written 101, for the answers that no library gives. */
function switchProtocols(
  socket: Socket,
  request: IncomingMessage,
  omit?: 'upgrade' | 'connection' | 'both',
): void {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  if (omit !== 'upgrade' && omit !== 'both') lines.push('Upgrade: websocket');
  if (omit !== 'connection' && omit !== 'both') lines.push('Connection: Upgrade');
  lines.push(`Sec-WebSocket-Accept: ${accept}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

/** 101 from the front, then the page of the server behind it where frames should be. */
function switchThen400(socket: Socket, request: IncomingMessage): void {
  switchProtocols(socket, request);
  socket.end(
    `HTTP/1.1 400 \r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: ${Buffer.byteLength(page400)}\r\nConnection: close\r\n\r\n${page400}`,
  );
}

/** Keeps a connection open and says nothing; it ends when the client ends it. */
function fallSilent(socket: Socket): void {
  socket.resume();
  socket.on('end', () => socket.end());
}

/** Answers WebSocket upgrades. `onClose` is to be called at the end, to cut what is open. */
export function createUpgrader(
  context: BastionContext,
): (request: IncomingMessage, socket: Socket, head: Buffer) => void {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: 256 * 1024 * 1024,
    autoPong: false,
  });
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgrade(context, server, request, socket, head).catch((error: unknown) => {
      reportBug(error);
      socket.destroy();
    });
  };
}

async function upgrade(
  context: BastionContext,
  server: WebSocketServer,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const { world } = context;
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const url = new URL(request.url ?? '/', 'https://data.plane');
  const endpoint = endpointAt(world, host);
  const log = (status: number): void =>
    world.log({
      plane: 'bastion',
      method: 'GET',
      host,
      path: url.pathname.replace(/[^/]+$/, '***'),
      status,
    });
  world.counters.upgrades += 1;
  await pause(world.latencies.upgradeMs);
  if (socket.destroyed) return;
  const prefix = endpoint?.role === 'pod' ? '/omni/webtunnel/' : '/webtunnelv2/';
  if (!endpoint || endpoint.role === 'front-door' || !url.pathname.startsWith(prefix)) {
    log(404);
    respond(socket, 404);
    return;
  }
  const place = { bastionId: endpoint.bastion.id };
  const refused = world.faults.take('refuseUpgrade', place);
  if (refused) {
    log(refused.status);
    respond(socket, refused.status);
    return;
  }
  const session = findSession(context, endpoint.role, url, prefix);
  const { switches } = world.estate;
  if (!session || session.bastionId !== endpoint.bastion.id) {
    log(400);
    if (switches.badWebsocketToken === 'upgrade-then-400') switchThen400(socket, request);
    else respond(socket, 400);
    return;
  }
  log(101);
  const bare = world.faults.take('upgradeWithoutHeaders', place);
  if (bare) {
    switchProtocols(socket, request, bare.omit);
    fallSilent(socket);
    return;
  }
  const destination = destinationOf(context, session);
  if (
    world.faults.take('upgradeThen400', place) ||
    (destination === 'closed' && switches.closedPort === 'upgrade-then-400') ||
    (destination === 'silent' && switches.unreachableTarget === 'upgrade-then-400')
  ) {
    switchThen400(socket, request);
    return;
  }
  if (world.faults.take('upgradeThenSilence', place)) {
    switchProtocols(socket, request);
    fallSilent(socket);
    return;
  }
  if (canRunFast(context, session, request)) {
    switchProtocols(socket, request);
    runFastTunnel(context, session, socket, head, destination);
  } else {
    open(context, server, request, socket, head, session, destination);
  }
}

function findSession(context: BastionContext, role: string, url: URL, prefix: string): Session | undefined {
  const token = decodeURIComponent(url.pathname.slice(prefix.length));
  const { websocketTokenUse } = context.world.estate.switches;
  const session = context.sessions.useWebsocketToken(token, context.world.now(), websocketTokenUse);
  // A pod has no nodes; elsewhere the node must be the one that holds the session.
  return session && (role === 'pod' || url.searchParams.get('X-Node-Id') === session.nodeId)
    ? session
    : undefined;
}

function open(
  context: BastionContext,
  server: WebSocketServer,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  session: Session,
  destination: ReturnType<typeof destinationOf>,
): void {
  const { switches } = context.world.estate;
  const inspect = createFrameInspector({
    maxBytes: switches.maxClientFrameBytes,
    allowFragments: switches.fragmentedClientFrames === 'accept',
  });
  let isViolated = false;
  let onViolation: () => void = () => undefined;
  // First listener on the socket: it sees every byte before the WebSocket library does.
  socket.on('data', (chunk: Buffer) => {
    if (isViolated || inspect(chunk) === undefined) return;
    isViolated = true;
    context.world.counters.frameViolations += 1;
    onViolation();
  });
  server.handleUpgrade(request, socket, head, (websocket) => {
    const tunnel = runTunnel(context, session, websocket, socket, destination);
    onViolation = () => {
      if (switches.frameViolation === 'close-1009') tunnel.close(1009, '');
      else tunnel.cut();
    };
    // The library's own answer is off, so that pings can be left unanswered, as they may be by the service.
    if (switches.answerPings) websocket.on('ping', (data: Buffer) => websocket.pong(data));
  });
}
