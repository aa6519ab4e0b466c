import { connect, type Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { reach, targetName } from '../estate/reach.ts';
import { isKind } from '../estate/inventory.ts';
import type { Fault, FaultKind } from '../estate/faults.ts';
import type { BastionContext } from './context.ts';
import { createDownstream, type Downstream } from './downstream.ts';
import type { OpenTunnel, Session } from './sessions.ts';

/** Milliseconds that a target has to take what is queued after the client left. */
const drainMs = 5000;

/** What stands behind a tunnel: an address, nobody who answers, or a refusing port. */
export type Destination =
  | { readonly name: string; readonly host: string; readonly port: number }
  | 'silent'
  | 'closed';

/** Finds where a session's bytes go now; a VM may have stopped since the exchange. */
export function destinationOf(context: BastionContext, session: Session): Destination {
  const { world } = context;
  const bastion = world.inventory.findKind('bastion', session.bastionId);
  const isByAddress = session.targetId.toLowerCase().includes('/bh-hostconnect/');
  const machine = isByAddress
    ? world.inventory
        .ofType('Microsoft.Compute/virtualMachines')
        .find((each) => isKind(each, 'vm') && each.source.vm.privateIp === session.targetAddress)
    : world.inventory.find(session.targetId);
  if (!bastion || !machine || reach(world, bastion, machine, session.port) !== 'open') return 'silent';
  const name = targetName(machine, session.port);
  const address = name === undefined ? undefined : context.targets.address(name);
  return name === undefined || address === undefined ? 'closed' : { name, ...address };
}

/**
 * Carries bytes between a WebSocket and a target until one of them ends, with every fault that concerns frames. Where
 * none is armed `runFastTunnel` does the same.
 */
export function runTunnel(
  context: BastionContext,
  session: Session,
  socket: WebSocket,
  raw: Socket,
  destination: Destination,
): OpenTunnel {
  const { world } = context;
  const { switches } = world.estate;
  const place = { bastionId: session.bastionId };
  const take = <K extends FaultKind>(kind: K): Fault<K> | undefined => world.faults.take(kind, place);
  const shape = { frameSize: take('frameSize'), fragmentFrames: take('fragmentFrames') };
  const reset = take('resetTunnel');
  const closing = take('closeTunnel');
  const halfOpen = take('halfOpen');
  let target: Socket | undefined;
  let downstream: Downstream | undefined;
  let bytesDown = 0;
  let isEnded = false;
  const timers = new Set<NodeJS.Timeout>();

  /** Sends a close frame and reads again: the client's answer must not wait behind a full target. */
  const say = (code: number, reason: string): void => {
    socket.close(code, reason);
    socket.resume();
  };
  const tunnel: OpenTunnel = {
    close(code, reason) {
      isEnded = true;
      say(code, reason);
      target?.destroy();
    },
    cut() {
      isEnded = true;
      // Not at once: the WebSocket library may be in the middle of the bytes that led here.
      process.nextTick(() => context.reset(raw));
      target?.destroy();
    },
  };
  session.open.add(tunnel);
  session.tunnels += 1;

  /** Ends the tunnel as a fault says, once enough bytes went down. */
  const checkFaults = (): void => {
    if (isEnded) return;
    if (reset && bytesDown >= reset.afterBytes) tunnel.cut();
    else if (closing && bytesDown >= closing.afterBytes) {
      // 1006 is no code that can be sent: it means that the connection ends without a close frame.
      if (closing.code === 1006) {
        isEnded = true;
        raw.end();
        target?.destroy();
      } else tunnel.close(closing.code, closing.reason);
    } else if (halfOpen && bytesDown >= halfOpen.afterBytes) {
      socket.pause();
      target?.pause();
      isEnded = true;
    }
  };

  greet(context, session, socket, timers);
  if (take('ignoreClose')) {
    // The library answers a close frame by calling this; without it the client waits for an answer in vain.
    socket.close = () => undefined;
  }

  let idle: NodeJS.Timeout | undefined;
  const touch = (): void => {
    if (switches.idleTunnelSeconds === 0) return;
    clearTimeout(idle);
    if (idle) timers.delete(idle);
    idle = setTimeout(() => tunnel.cut(), switches.idleTunnelSeconds * 1000).unref();
    timers.add(idle);
  };
  touch();

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isEnded) return;
    if (!isBinary) {
      if (switches.clientTextFrames === 'close-1003') tunnel.close(1003, '');
      return;
    }
    touch();
    const bytes = data as Buffer;
    world.counters.bytesUp += bytes.length;
    if (target && !target.write(bytes)) socket.pause();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isEnded = true;
    session.open.delete(tunnel);
    for (const timer of timers) clearTimeout(timer);
    if (!target) return;
    target.end();
    const kill = setTimeout(() => target?.destroy(), drainMs).unref();
    target.once('close', () => clearTimeout(kill));
  });

  if (destination === 'closed') {
    if (switches.closedPort === 'close-1011') tunnel.close(1011, '');
  } else if (destination === 'silent') {
    if (switches.unreachableTarget === 'close-1011') tunnel.close(1011, '');
  } else {
    // Nothing is read from the client until the target is there, so that nothing has to be kept.
    socket.pause();
    target = connect({ host: destination.host, port: destination.port, noDelay: true });
    attach(target);
  }
  checkFaults();
  return tunnel;

  function attach(upstream: Socket): void {
    downstream = createDownstream(socket, shape, {
      pause: () => upstream.pause(),
      resume: () => {
        if (!isEnded) upstream.resume();
      },
    });
    upstream.on('connect', () => {
      if (!isEnded) socket.resume();
    });
    upstream.on('drain', () => {
      if (!isEnded) socket.resume();
    });
    upstream.on('data', (chunk: Buffer) => {
      if (isEnded) return;
      touch();
      const limit = Math.min(
        reset?.afterBytes ?? Infinity,
        closing?.afterBytes ?? Infinity,
        halfOpen?.afterBytes ?? Infinity,
      );
      const part = bytesDown + chunk.length > limit ? chunk.subarray(0, limit - bytesDown) : chunk;
      bytesDown += part.length;
      world.counters.bytesDown += part.length;
      if (part.length > 0) downstream?.push(part);
      checkFaults();
    });
    upstream.on('end', () => {
      downstream?.flush();
      if (!isEnded) say(1000, '');
    });
    upstream.on('error', () => {
      if (!isEnded) tunnel.close(1011, '');
    });
  }
}

/** What the service sends of its own accord. */
function greet(
  context: BastionContext,
  session: Session,
  socket: WebSocket,
  timers: Set<NodeJS.Timeout>,
): void {
  const { world } = context;
  const place = { bastionId: session.bastionId };
  const pings = world.faults.take('serverPings', place);
  for (let count = 0; count < (pings?.count ?? 0); count += 1)
    socket.ping(Buffer.alloc(pings?.payloadBytes ?? 0, 0x70));
  const text = world.faults.take('textFrame', place);
  if (text) socket.send(text.text, { binary: false });
  if (world.faults.take('emptyFrame', place)) socket.send(Buffer.alloc(0), { binary: true });
  const seconds = world.estate.switches.servicePingSeconds;
  if (seconds > 0) timers.add(setInterval(() => socket.ping(), seconds * 1000).unref());
}
