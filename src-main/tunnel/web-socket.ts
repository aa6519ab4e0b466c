import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { BareConnection } from './bare-connection.ts';
import { toReachError } from './bastion-errors.ts';
import { FrameReader, opcodes } from './frame-reader.ts';
import { writeControl, writeMessages } from './frame-writer.ts';
import { PeerWatch } from './peer-watch.ts';
import type { Transport, TransportEnd, TransportEvents } from './transport.ts';
import { makeUpgradeKey, readUpgradeAnswer, type UpgradeRequest, upgradeRequestText } from './upgrade.ts';
import { UplinkWindow } from './uplink-window.ts';

/** How a WebSocket behaves. */
export interface WebSocketOptions {
  /** Payload of one message at the most. The reference client sends 4096; fragments close the connection. */
  readonly messageBytes: number;
  readonly pings: 'on' | 'off';
  /** What is known of this Bastion, for its next connections. */
  readonly peer: { answersPings: 'yes' | 'no' | 'unknown' };
}

const upgradeTimeoutMs = 20_000;
const closeTimeoutMs = 3_000;
/** Where only its close frame tells that a service, or a target that does not read, has taken everything. */
const patientCloseTimeoutMs = 60_000;
/** After both close frames: how long the service may take to close the connection, which is its part. */
const goodbyeTimeoutMs = 1_000;
/** Answers to pings pile up only before a peer that does not read; then only the latest is owed. */
const pongWaterBytes = 64 * 1024;
/** How long the first pong of an unknown service is waited for before an upload goes on without. */
const patienceMs = 1_500;
/** More than this under way, and a missing pong may only wait behind it. */
const stallBytes = 64 * 1024;
/** What a held connection may have received before it is no longer read. */
const mostHeldBytes = 64 * 1024;
const normalCode = 1000;
const nothing = Buffer.alloc(0);

/** A connection whose upgrade was accepted and that is held: nothing of the stream has been read or said. */
export interface HeldWebSocket {
  /** Lets the stream begin; `events.onOpen` runs before any byte is delivered. */
  readonly start: (options: WebSocketOptions, events: TransportEvents) => void;
  readonly destroy: () => void;
}

/**
 * Asks for the upgrade on a bare connection; resolves with the held stream, or with why there is none. Aborting the signal
 * before cuts the connection.
 */
export function upgradeConnection(
  bare: BareConnection,
  request: UpgradeRequest,
  signal: AbortSignal,
): Promise<Result<HeldWebSocket>> {
  return new Promise((resolve) => {
    const key = makeUpgradeKey();
    let received: Buffer = nothing;
    const settle = (result: Result<HeldWebSocket>) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      // From here on only what follows counts: an end that comes meanwhile is told to the next reader, too.
      bare.attach({ onRead: keep, onWritten: () => undefined, onEnd: () => undefined });
      resolve(result);
    };
    const keep = (buffer: Buffer, bytes: number) => {
      // The head of an answer, once per connection: a copy costs nothing here.
      received = Buffer.concat([received, buffer.subarray(0, bytes)]);
      // Read as long as it is little: what a service said before it cut the connection is lost with a paused one.
      if (received.length > mostHeldBytes) bare.pause();
    };
    const refuse = (error: ReturnType<typeof appError>) => {
      settle(err(error));
      bare.socket.destroy();
    };
    const abort = () => refuse(appError('bastion-unreachable', { detail: 'cancelled' }));
    const timer = setTimeout(
      () => refuse(appError('bastion-unreachable', { detail: `no upgrade in ${upgradeTimeoutMs} ms` })),
      upgradeTimeoutMs,
    );
    signal.addEventListener('abort', abort, { once: true });
    const hold = (bodyAt: number) => {
      settle(
        ok({
          start: (options, events) => {
            const socket = new WebSocketTransport(bare, options, events);
            events.onOpen(socket);
            const rest = received.subarray(bodyAt);
            // First, so that a pause which these bytes cause is not undone. Nothing comes before the next tick.
            bare.resume();
            if (rest.length > 0) socket.read(rest, rest.length);
          },
          destroy: () => bare.socket.destroy(),
        }),
      );
    };
    bare.attach({
      onRead: (buffer, bytes) => {
        keep(buffer, bytes);
        const answer = readUpgradeAnswer(received, key);
        if (answer.kind === 'refused') refuse(answer.error);
        if (answer.kind === 'accepted') hold(answer.bodyAt);
      },
      onWritten: () => undefined,
      onEnd: (error) =>
        refuse(
          error === null
            ? appError('bastion-unreachable', { detail: 'closed before the upgrade was answered' })
            : toReachError(error),
        ),
    });
    bare.socket.write(upgradeRequestText(request, key));
  });
}

/** An open WebSocket of RFC 6455, the client's side: binary messages of one frame, masked; no extensions. */
class WebSocketTransport implements Transport {
  private readonly bare: BareConnection;
  private readonly options: WebSocketOptions;
  private readonly events: TransportEvents;
  private readonly reader: FrameReader;
  private readonly window = new UplinkWindow();
  private readonly watch: PeerWatch;
  private readonly openedAtMs = performance.now();
  private state: 'open' | 'closing' | 'ended' = 'open';
  private closeTimer: NodeJS.Timeout | null = null;
  private patienceTimer: NodeJS.Timeout | null = null;
  private peerCode: number | null = null;
  private owedPong: Buffer | null = null;
  private hasFrame = false;
  private isBlocked = false;

  constructor(bare: BareConnection, options: WebSocketOptions, events: TransportEvents) {
    this.bare = bare;
    this.options = options;
    this.events = events;
    this.reader = new FrameReader({
      onData: (buffer, start, end) => {
        this.hasFrame = true;
        if (this.state !== 'ended') events.onBytes(buffer, start, end);
      },
      onControl: (opcode, payload) => {
        this.hasFrame = true;
        this.control(opcode, payload);
      },
    });
    this.watch = new PeerWatch({
      sendPing: () => this.ping(),
      isUploadUnderWay: () => this.window.underWayBytes > stallBytes || bare.writer.pendingBytes > 0,
      onDead: (detail) => this.lose(detail),
    });
    bare.attach({
      onRead: (buffer, bytes) => this.read(buffer, bytes),
      onWritten: () => this.written(),
      onEnd: (error) => this.ended(error),
    });
    if (options.pings === 'on') this.watch.start();
  }

  read(buffer: Buffer, bytes: number): void {
    if (this.state === 'ended' || this.peerCode !== null) return;
    this.watch.heard();
    const fault = this.reader.feed(buffer, 0, bytes);
    if (fault !== null) {
      this.lose(
        this.hasFrame ? `the service sent ${fault}` : `not a WebSocket stream: ${fault}`,
        !this.hasFrame,
      );
      return;
    }
    this.events.onChunkEnd();
  }

  send(buffer: Buffer, start: number, end: number): boolean {
    if (this.state !== 'open') return true;
    const { writer } = this.bare;
    writeMessages(writer, buffer, start, end, this.options.messageBytes);
    if (this.options.pings === 'on' && this.window.sent(end - start, performance.now())) this.ping();
    writer.endChunk();
    this.isBlocked = this.isFull();
    if (this.isBlocked) {
      if (this.isWindowed() && this.window.isStuck) this.ping();
      this.waitForFirstPong();
    }
    return !this.isBlocked;
  }

  wantedBytes(): number {
    return this.isWindowed() ? this.window.momentBytes : Number.POSITIVE_INFINITY;
  }

  pause(): void {
    this.watch.pause();
    this.bare.pause();
  }

  resume(): void {
    this.watch.resume();
    this.bare.resume();
  }

  isDrained(): boolean {
    if (this.bare.writer.pendingBytes > 0) return false;
    if (!this.watch.isAnswered || this.window.underWayBytes === 0) return true;
    if (this.state === 'open' && !this.window.isProbed) this.ping();
    return false;
  }

  probe(limitMs: number): void {
    if (this.state === 'open' && this.options.pings === 'on') this.watch.demand(limitMs);
  }

  close(how?: 'patient'): void {
    if (this.state === 'ended' || (this.state === 'closing' && how === 'patient')) return;
    if (this.state === 'open') this.sayClose();
    if (this.peerCode !== null) {
      this.sayGoodbye();
      return;
    }
    this.clearCloseTimer();
    const limitMs = how === 'patient' && !this.watch.isAnswered ? patientCloseTimeoutMs : closeTimeoutMs;
    this.closeTimer = setTimeout(() => this.finish({ kind: 'closed', code: normalCode }), limitMs);
  }

  destroy(): void {
    this.finish({ kind: 'closed', code: normalCode });
  }

  private isFull(): boolean {
    return this.bare.writer.isFull || (this.isWindowed() && this.window.isFull);
  }

  /** Whether pongs tell what has arrived. Without them the kernel's own buffers are the only limit. */
  private isWindowed(): boolean {
    const { pings, peer } = this.options;
    if (pings === 'off') return false;
    if (this.watch.isAnswered) return true;
    if (peer.answersPings === 'no') return false;
    if (peer.answersPings === 'yes' || performance.now() - this.openedAtMs < patienceMs) return true;
    peer.answersPings = 'no';
    return false;
  }

  /** Blocked before anything was ever answered: the end of the patience must be noticed although nothing happens. */
  private waitForFirstPong(): void {
    if (this.watch.isAnswered || this.patienceTimer !== null) return;
    this.patienceTimer = setTimeout(() => this.unblock(), patienceMs);
  }

  private written(): void {
    if (this.owedPong !== null && this.bare.writer.pendingBytes < pongWaterBytes) {
      const payload = this.owedPong;
      this.owedPong = null;
      this.pong(payload);
    }
    this.unblock();
  }

  private unblock(): void {
    if (!this.isBlocked || this.state !== 'open' || this.isFull()) return;
    this.isBlocked = false;
    this.events.onWritable();
  }

  private ping(): void {
    const { writer } = this.bare;
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(this.window.probed(performance.now()));
    writeControl(writer, opcodes.ping, payload);
    this.watch.pinged();
    writer.endChunk();
  }

  private pong(payload: Buffer): void {
    const { writer } = this.bare;
    if (writer.pendingBytes >= pongWaterBytes) {
      this.owedPong = payload;
      return;
    }
    writeControl(writer, opcodes.pong, payload);
    writer.endChunk();
  }

  private control(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.ping) {
      if (this.state === 'open') this.pong(payload);
      return;
    }
    if (opcode === opcodes.pong) {
      const id = payload.length === 4 ? payload.readUInt32BE(0) : 0;
      const roundTripMs = this.window.answered(id, performance.now());
      if (roundTripMs === null) return; // one of its own accord, or of somebody else's ping
      this.watch.answered();
      this.options.peer.answersPings = 'yes';
      this.events.onRoundTrip(roundTripMs);
      if (this.window.isStuck) this.ping();
      this.unblock();
      return;
    }
    if (this.state === 'open' && !this.reader.isAtBoundary) {
      this.lose('the service closed in the middle of a message');
      return;
    }
    this.peerCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    if (this.state === 'closing') this.sayGoodbye();
    else this.close();
  }

  private sayClose(): void {
    this.state = 'closing';
    const { writer } = this.bare;
    const code = Buffer.alloc(2);
    code.writeUInt16BE(normalCode);
    writeControl(writer, opcodes.close, code);
    writer.flush();
    // A paused connection would never read the peer's close frame.
    this.resume();
  }

  /** Both close frames have gone: the service closes the connection, or we do after a moment. */
  private sayGoodbye(): void {
    const { socket } = this.bare;
    this.clearCloseTimer();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), goodbyeTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
    this.finish({ kind: 'closed', code: this.peerCode ?? normalCode }, 'keep');
  }

  private ended(error: Error | null): void {
    if (this.state === 'closing') this.finish({ kind: 'closed', code: this.peerCode ?? normalCode });
    else this.lose(error === null ? 'closed without a close frame (1006)' : toReachError(error).detail);
  }

  private lose(detail: string | undefined, isGarbled = false): void {
    const code = isGarbled ? 'websocket-refused' : 'tunnel-lost';
    this.finish({ kind: 'lost', error: appError(code, { detail }), isGarbled });
  }

  private finish(end: TransportEnd, connection: 'cut' | 'keep' = 'cut'): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.clearCloseTimer();
    this.watch.stop();
    if (this.patienceTimer !== null) clearTimeout(this.patienceTimer);
    if (connection === 'cut') this.bare.socket.destroy();
    this.events.onEnd(end);
  }

  private clearCloseTimer(): void {
    if (this.closeTimer !== null) clearTimeout(this.closeTimer);
    this.closeTimer = null;
  }
}
