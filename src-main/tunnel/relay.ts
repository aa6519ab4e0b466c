import type { Socket } from 'node:net';
import type { AppError } from '../../shared/errors.ts';
import type { Transport } from './transport.ts';

/** Bytes on their way to the service at which the local socket is no longer read, and at which it is again. */
const highWaterBytes = 256 * 1024;
const lowWaterBytes = 64 * 1024;

/**
 * How long the other direction is kept open after the local program has finished sending: a program that closes its
 * half and waits for the answer gets the whole of it. The clock restarts with every byte.
 */
const drainMs = 5_000;

interface Needs {
  readonly onFirstByte: () => void;
  readonly onTraffic: (sentBytes: number, receivedBytes: number) => void;
  /** Runs once when both ends are done with. */
  readonly onEnd: (error: AppError | null) => void;
}

/** Copies bytes between a local socket (opened with `allowHalfOpen`) and a transport, with back-pressure both ways. */
export class Relay {
  private readonly local: Socket;
  private readonly needs: Needs;
  private transport: Transport | null = null;
  private pendingBytes = 0;
  private receivedBytes = 0;
  private drainTimer: NodeJS.Timeout | null = null;
  private hasEnded = false;

  constructor(local: Socket, needs: Needs) {
    this.local = local;
    this.needs = needs;
    local.pause();
  }

  /** Starts copying. Until then the local program's bytes stay in the kernel. */
  start(transport: Transport): void {
    this.transport = transport;
    const { local } = this;
    local.on('data', (chunk: Buffer) => this.fromLocal(chunk, transport));
    local.on('end', () => this.restartDrain());
    local.on('close', () => transport.close());
    local.on('error', () => transport.close()); // a reset: `close` follows
    local.on('drain', () => transport.resume());
    if (local.destroyed) transport.close();
    else local.resume();
  }

  /** Bytes from the service. */
  receive(chunk: Buffer): void {
    if (this.receivedBytes === 0) this.needs.onFirstByte();
    this.receivedBytes += chunk.length;
    this.needs.onTraffic(0, chunk.length);
    if (this.local.destroyed) return;
    if (this.drainTimer !== null) this.restartDrain();
    if (!this.local.write(chunk)) this.transport?.pause();
  }

  /** The service's end has closed: the local program gets all that came and then the end, at once. */
  finish(error: AppError | null): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (this.drainTimer !== null) clearTimeout(this.drainTimer);
    // Without a byte there is nothing to flush, and a reset tells the program that this was no answer.
    if (error !== null && this.receivedBytes === 0) this.local.resetAndDestroy();
    else this.local.end(() => this.local.destroySoon());
    this.needs.onEnd(error);
  }

  private fromLocal(chunk: Buffer, transport: Transport): void {
    this.pendingBytes += chunk.length;
    this.needs.onTraffic(chunk.length, 0);
    if (this.pendingBytes > highWaterBytes) this.local.pause();
    transport.send(chunk, () => {
      this.pendingBytes -= chunk.length;
      if (this.pendingBytes < lowWaterBytes && this.local.isPaused()) this.local.resume();
    });
  }

  private restartDrain(): void {
    if (this.drainTimer !== null) clearTimeout(this.drainTimer);
    this.drainTimer = setTimeout(() => this.transport?.close(), drainMs);
  }
}
