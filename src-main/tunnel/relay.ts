import type { AppError } from '../../shared/errors.ts';
import { appError } from '../../shared/errors.ts';
import type { CloseReason } from '../../shared/tunnel.ts';
import type { LocalEnd } from './local-end.ts';
import type { Transport, TransportEnd, TransportEvents } from './transport.ts';

/** What the local program has said is kept for a new try up to here; who says more without an answer is not retried. */
const mostHeldBytes = 64 * 1024;

/**
 * How long the other direction is kept open after the local program has finished sending: a program that closes its
 * half and waits for the answer gets the whole of it. The clock restarts with every byte.
 */
const drainMs = 5_000;

/** How long a program that does not read may keep a lost connection's last bytes waiting. */
const resetLimitMs = 60_000;

/** How one try ended. */
export type RelayEnd =
  | { readonly kind: 'ended'; readonly reason: CloseReason; readonly error: AppError | null }
  /** Nothing has come from the target, and nothing is lost if it is tried again. */
  | { readonly kind: 'retry'; readonly error: AppError };

interface Needs {
  readonly opening: 'greeting' | 'unknown';
  readonly firstByteTimeoutMs: number | null;
  readonly onFirstByte: () => void;
  readonly onDraining: () => void;
  readonly onRoundTrip: (ms: number) => void;
}

/**
 * Copies bytes between the local program and one transport after another, until one has delivered a byte: from then on
 * it is the only one. Back-pressure goes through both ways.
 */
export class Relay {
  sentBytes = 0;
  receivedBytes = 0;
  private readonly local: LocalEnd;
  private readonly needs: Needs;
  private transport: Transport | null = null;
  /** What was sent before the first byte came back; null when it may not be sent again. */
  private held: Buffer[] | null;
  private heldBytes = 0;
  private localState: 'open' | 'ended' | 'closed' = 'open';
  private isStopped = false;
  private isPausedForLocal = false;
  private drainTimer: NodeJS.Timeout | null = null;
  private silenceTimer: NodeJS.Timeout | null = null;
  private isSilent = false;
  /** Code of the latest close frame of the service; null: none came. */
  closeCode: number | null = null;
  private settle: (end: RelayEnd) => void = () => undefined;

  constructor(local: LocalEnd, needs: Needs) {
    this.local = local;
    this.needs = needs;
    this.held = needs.opening === 'greeting' ? [] : null;
    local.attach({
      onRead: (buffer, bytes) => this.fromLocal(buffer, bytes),
      onWritten: () => this.localWritten(),
    });
    local.socket.on('end', () => this.localEnded());
    local.socket.on('error', () => undefined); // a reset: `close` follows
    local.socket.on('close', () => this.localClosed());
  }

  /** Whether the local program has gone for good. */
  get isLocalClosed(): boolean {
    return this.localState === 'closed';
  }

  /** The events of the transport of the next try, and how that try ends. */
  begin(): { readonly events: TransportEvents; readonly end: Promise<RelayEnd> } {
    this.isSilent = false;
    const end = new Promise<RelayEnd>((resolve) => {
      this.settle = resolve;
    });
    const events: TransportEvents = {
      onOpen: (transport) => this.opened(transport),
      onBytes: (buffer, start, until) => this.fromService(buffer, start, until),
      onChunkEnd: () => this.local.writer.endChunk(),
      onWritable: () => this.local.resume(),
      onRoundTrip: this.needs.onRoundTrip,
      onEnd: (how) => this.ended(how),
    };
    return { events, end };
  }

  /** Somebody here ends the connection. */
  stop(): void {
    this.isStopped = true;
    this.transport?.close();
    this.local.writer.flush();
    this.local.socket.destroySoon();
  }

  private opened(transport: Transport): void {
    this.transport = transport;
    if (this.localState === 'closed' || this.isStopped) {
      transport.close();
      return;
    }
    const { firstByteTimeoutMs } = this.needs;
    if (firstByteTimeoutMs !== null) {
      this.silenceTimer = setTimeout(() => {
        this.isSilent = true;
        transport.destroy();
      }, firstByteTimeoutMs);
    }
    for (const chunk of this.held ?? []) transport.send(chunk, 0, chunk.length);
    if (this.localState === 'ended') this.restartDrain();
    else this.local.resume();
  }

  private fromLocal(buffer: Buffer, bytes: number): void {
    const { transport } = this;
    if (transport === null) return; // paused since it was lost: nothing is read
    this.sentBytes += bytes;
    if (this.receivedBytes === 0) this.hold(buffer, bytes);
    if (!transport.send(buffer, 0, bytes)) this.local.pause();
    this.local.readAtATime(transport.wantedBytes());
  }

  private hold(buffer: Buffer, bytes: number): void {
    if (this.held === null) return;
    this.heldBytes += bytes;
    if (this.heldBytes > mostHeldBytes) this.held = null;
    else this.held.push(Buffer.from(buffer.subarray(0, bytes)));
  }

  private fromService(buffer: Buffer, start: number, end: number): void {
    if (this.receivedBytes === 0) {
      this.held = null;
      this.clearSilence();
      this.needs.onFirstByte();
    }
    this.receivedBytes += end - start;
    const { writer, socket } = this.local;
    if (socket.destroyed) return;
    if (this.drainTimer !== null) this.restartDrain();
    writer.append(buffer, start, end);
    if (!this.isPausedForLocal && writer.isFull) {
      this.isPausedForLocal = true;
      this.transport?.pause();
    }
  }

  private localWritten(): void {
    if (!this.isPausedForLocal || !this.local.writer.isLow) return;
    this.isPausedForLocal = false;
    this.transport?.resume();
  }

  private localEnded(): void {
    if (this.localState !== 'open') return;
    this.localState = 'ended';
    this.needs.onDraining();
    if (this.transport !== null) this.restartDrain();
  }

  private localClosed(): void {
    this.localState = 'closed';
    this.transport?.close();
  }

  /** The service's end has closed: the local program gets all that came and then the end, at once. */
  private ended(how: TransportEnd): void {
    this.closeCode = how.kind === 'closed' ? how.code : null;
    this.transport = null;
    this.clearSilence();
    if (this.drainTimer !== null) clearTimeout(this.drainTimer);
    this.drainTimer = null;
    this.local.pause();
    const end = this.judge(how);
    if (end.kind === 'ended') {
      this.local.writer.flush();
      // A stream that was cut must not look like a whole one: the program gets what came, and then a reset.
      if (end.error === null) this.local.socket.end(() => this.local.socket.destroySoon());
      else this.resetLocal();
    }
    this.settle(end);
  }

  /** Ends the connection with a reset, when the program has been handed all that came or has not taken it for a while. */
  resetLocal(): void {
    const { writer, socket } = this.local;
    const reset = () => {
      clearTimeout(limit);
      socket.resetAndDestroy();
    };
    const limit = setTimeout(reset, resetLimitMs);
    if (writer.pendingBytes === 0) reset();
    else
      this.local.attach({ onRead: () => undefined, onWritten: () => writer.pendingBytes === 0 && reset() });
  }

  private judge(how: TransportEnd): RelayEnd {
    if (this.isStopped) return { kind: 'ended', reason: 'stopped', error: null };
    if (this.localState === 'closed') return { kind: 'ended', reason: 'local-end', error: null };
    const isFresh = this.receivedBytes === 0 && (this.sentBytes === 0 || this.held !== null);
    if (this.isSilent) return this.failed(silence(this.needs.firstByteTimeoutMs), isFresh);
    if (how.kind === 'lost') return this.failed(how.error, isFresh);
    if (this.localState === 'ended') return { kind: 'ended', reason: 'local-end', error: null };
    const isOrderly = how.code === 1000 || how.code === 1001 || how.code === 1005;
    if (isOrderly) return { kind: 'ended', reason: 'remote-end', error: null };
    return this.failed(appError('tunnel-lost', { detail: `close code ${how.code}` }), isFresh);
  }

  private failed(error: AppError, isFresh: boolean): RelayEnd {
    return isFresh ? { kind: 'retry', error } : { kind: 'ended', reason: 'failed', error };
  }

  private restartDrain(): void {
    if (this.drainTimer !== null) clearTimeout(this.drainTimer);
    // Where the service tells what has arrived it is asked now, so that it has answered by then.
    this.transport?.isDrained();
    this.drainTimer = setTimeout(() => {
      // Behind a stalled link our own bytes come first; and a program that does not read is waited for.
      if (!this.isPausedForLocal && this.transport?.isDrained() === true) this.transport.close('patient');
      else this.restartDrain();
    }, drainMs);
  }

  private clearSilence(): void {
    if (this.silenceTimer !== null) clearTimeout(this.silenceTimer);
    this.silenceTimer = null;
  }
}

function silence(limitMs: number | null): AppError {
  return appError('target-silent', { detail: `no byte in ${limitMs} ms` });
}
