import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FaultKind } from '../estate/faults.ts';
import { readInPlace } from '../net/reused-reads.ts';
import { SlabWriter } from '../net/slab-writer.ts';
import { linkTo, type TargetLink } from '../targets/target-link.ts';
import { ClientFrames } from './client-frames.ts';
import type { BastionContext } from './context.ts';
import { type Cycle, frame, framedCycle, frameHeader, opcode } from './server-frames.ts';
import type { OpenTunnel, Session } from './sessions.ts';
import type { Destination } from './tunnel.ts';

/** Faults that only the slow way knows. */
const frameFaults: readonly FaultKind[] = [
  'fragmentFrames',
  'resetTunnel',
  'closeTunnel',
  'halfOpen',
  'ignoreClose',
  'serverPings',
  'textFrame',
  'emptyFrame',
];

/** Bytes waiting for the client at which a target is not read any more, and at which it is again. */
const highWater = 1024 * 1024;
const lowWater = 256 * 1024;
/** Largest frame towards the client where no fault says otherwise. */
const usualFrameBytes = 64 * 1024;
/** How long a target may fall silent before a frame that a fault wants larger is sent as it is. */
const fillMs = 5;
/** Milliseconds in which a client answers a close frame, and in which a target takes what is queued. */
const closeMs = 30_000;
const drainMs = 5_000;

/** Whether nothing is asked of this connection that only the slow way can do. */
export function canRunFast(context: BastionContext, session: Session, request: IncomingMessage): boolean {
  const { headers } = request;
  const isUsual =
    request.method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-protocol'] === undefined;
  const { world } = context;
  return (
    isUsual &&
    world.estate.switches.fragmentedClientFrames === 'close' &&
    !world.faults.isArmed(frameFaults, { bastionId: session.bastionId })
  );
}

/** Carries bytes between a client's frames and a target, out of reused memory, until one of them ends. */
export function runFastTunnel(
  context: BastionContext,
  session: Session,
  raw: Socket,
  head: Buffer,
  destination: Destination,
): void {
  new FastTunnel(context, session, raw).start(head, destination);
}

class FastTunnel implements OpenTunnel {
  private readonly context: BastionContext;
  private readonly session: Session;
  private readonly raw: Socket;
  private readonly writer: SlabWriter;
  /** Exact size of frames, if a fault asks for one. */
  private readonly frameBytes: number | undefined;
  private readonly timers = new Set<NodeJS.Timeout>();
  private frames: ClientFrames | undefined;
  private target: TargetLink | undefined;
  private cycle: Cycle | undefined;
  private held: Buffer | undefined;
  private heldBytes = 0;
  private fillTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private isTargetPaused = false;
  private isFeeding = false;
  private hasTargetEnded = false;
  /** Nothing goes to the target or comes from it any more. */
  private isEnded = false;
  private isCloseSent = false;

  constructor(context: BastionContext, session: Session, raw: Socket) {
    this.context = context;
    this.session = session;
    this.raw = raw;
    this.writer = new SlabWriter(raw, () => this.written());
    this.frameBytes = context.world.faults.take('frameSize', { bastionId: session.bastionId })?.bytes;
  }

  start(head: Buffer, destination: Destination): void {
    const { context, raw, session } = this;
    const { switches } = context.world.estate;
    session.open.add(this);
    session.tunnels += 1;
    raw.setTimeout(0);
    raw.on('end', () => {
      raw.end();
    });
    raw.on('close', () => this.closed());
    const seconds = switches.servicePingSeconds;
    if (seconds > 0) {
      this.timers.add(setInterval(() => this.say(opcode.ping, Buffer.alloc(0)), seconds * 1000).unref());
    }
    this.touch();
    if (destination === 'closed' && switches.closedPort === 'close-1011') this.close(1011, '');
    else if (destination === 'silent' && switches.unreachableTarget === 'close-1011') this.close(1011, '');
    const target = typeof destination === 'string' ? undefined : this.attach(destination);
    this.target = target;
    this.frames = new ClientFrames(
      { maxBytes: switches.maxClientFrameBytes, allowFragments: false },
      () => target?.reads === true,
      {
        onPayload: (buffer, start, end) => this.fromClient(buffer, start, end),
        onText: () => {
          if (switches.clientTextFrames === 'close-1003' && !this.isEnded) this.close(1003, '');
        },
        onControl: (kind, payload) => this.control(kind, payload, switches.answerPings),
        onViolation: () => {
          context.world.counters.frameViolations += 1;
          if (switches.frameViolation === 'close-1009') this.close(1009, '');
          else this.cut();
        },
        onGarbled: () => this.close(1002, ''),
      },
    );
    if (head.length > 0) this.fromWire(Buffer.from(head), head.length);
    readInPlace(raw, (buffer, bytes) => this.fromWire(buffer, bytes));
    // Nothing is read from the client until the target is there, so that nothing has to be kept.
    if (target === undefined) raw.resume();
    else raw.pause();
  }

  close(code: number, reason: string): void {
    this.isEnded = true;
    this.sayClose(code, reason);
    this.target?.destroy();
  }

  cut(): void {
    this.isEnded = true;
    process.nextTick(() => this.context.reset(this.raw));
    this.target?.destroy();
  }

  private attach(destination: Exclude<Destination, string>): TargetLink {
    return linkTo(destination, {
      onOpen: () => {
        if (this.isEnded) return;
        this.raw.resume();
        this.repeat();
      },
      onBytes: (buffer, start, end) => this.fromTarget(buffer, start, end),
      onWritable: () => {
        if (!this.isEnded) this.raw.resume();
      },
      onEnd: () => {
        this.hasTargetEnded = true;
        this.sendHeld();
        if (!this.isEnded) this.sayClose(1000, '');
      },
      onError: () => {
        if (!this.isEnded) this.close(1011, '');
      },
    });
  }

  private fromWire(buffer: Buffer, bytes: number): void {
    this.isFeeding = true;
    this.frames?.feed(buffer, bytes);
    this.isFeeding = false;
    // What an echo said to all frames of one read goes back in one.
    if (this.frameBytes === undefined) this.sendHeld();
    else this.writer.flush();
  }

  private fromClient(buffer: Buffer, start: number, end: number): void {
    if (this.isEnded) return;
    this.touch();
    this.context.world.counters.bytesUp += end - start;
    if (this.target && !this.hasTargetEnded && !this.target.write(buffer, start, end)) this.raw.pause();
  }

  private control(kind: number, payload: Buffer, answerPings: boolean): void {
    if (kind === opcode.ping && answerPings && !this.isCloseSent) this.say(opcode.pong, payload);
    if (kind !== opcode.close) return;
    this.isEnded = true;
    if (!this.isCloseSent) this.sendClose(payload.subarray(0, 2));
    this.writer.finish();
    this.raw.end();
  }

  private fromTarget(buffer: Buffer, start: number, end: number): void {
    if (this.isEnded) return;
    this.touch();
    this.context.world.counters.bytesDown += end - start;
    const size = this.frameBytes ?? usualFrameBytes;
    for (let at = start; at < end; ) {
      this.held ??= Buffer.allocUnsafeSlow(size);
      const length = Math.min(end - at, size - this.heldBytes);
      buffer.copy(this.held, this.heldBytes, at, at + length);
      this.heldBytes += length;
      at += length;
      if (this.heldBytes === size) this.sendHeld();
    }
    if (this.frameBytes === undefined) {
      if (!this.isFeeding) this.sendHeld();
    } else {
      this.writer.flush();
      // A target that falls silent must not wait for a frame to fill.
      clearTimeout(this.fillTimer);
      if (this.heldBytes > 0) this.fillTimer = setTimeout(() => this.sendHeld(), fillMs).unref();
    }
    if (!this.isTargetPaused && this.writer.pendingBytes > highWater) {
      this.isTargetPaused = true;
      this.target?.pause();
    }
  }

  /** Makes a frame of what is held back. */
  private sendHeld(): void {
    const { held, heldBytes } = this;
    if (held === undefined || heldBytes === 0) return;
    this.heldBytes = 0;
    const header = frameHeader(opcode.binary, heldBytes);
    this.writer.append(header, 0, header.length);
    this.writer.append(held, 0, heldBytes);
    this.writer.flush();
  }

  /** Keeps one round in the system's hands and one behind it. */
  private repeat(): void {
    const block = this.target?.repeats;
    if (block === undefined) return;
    const { frames, payloadBytes } = (this.cycle ??= framedCycle(block, this.frameBytes ?? usualFrameBytes));
    while (!this.isEnded && this.writer.pendingBytes <= frames.length) {
      this.touch();
      this.context.world.counters.bytesDown += payloadBytes;
      this.writer.writeBlock(frames);
    }
  }

  private written(): void {
    if (this.isEnded) return;
    if (this.isTargetPaused && this.writer.pendingBytes <= lowWater) {
      this.isTargetPaused = false;
      this.target?.resume();
    }
    this.repeat();
  }

  private say(kind: number, payload: Buffer): void {
    const whole = frame(kind, payload);
    this.writer.append(whole, 0, whole.length);
    this.writer.flush();
  }

  /** Sends a close frame and reads again: the client's answer must not wait behind a full target. */
  private sayClose(code: number, reason: string): void {
    if (this.isCloseSent || this.raw.destroyed) return;
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.sendClose(payload);
    this.raw.resume();
    this.timers.add(setTimeout(() => this.raw.destroy(), closeMs).unref());
  }

  private sendClose(payload: Buffer): void {
    this.isCloseSent = true;
    this.say(opcode.close, payload);
  }

  private touch(): void {
    const seconds = this.context.world.estate.switches.idleTunnelSeconds;
    if (seconds === 0) return;
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => this.cut(), seconds * 1000).unref();
  }

  private closed(): void {
    const { target } = this;
    this.isEnded = true;
    this.session.open.delete(this);
    clearTimeout(this.idleTimer);
    clearTimeout(this.fillTimer);
    for (const timer of this.timers) clearTimeout(timer);
    if (target === undefined) return;
    target.end();
    setTimeout(() => target.destroy(), drainMs).unref();
  }
}
