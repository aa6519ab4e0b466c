import type { Agent } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppError, appError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { retryDelayMs } from './bastion-errors.ts';
import { Relay } from './relay.ts';
import { type DataPlaneToken, deleteToken, exchangeToken } from './token-exchange.ts';
import { openTransport, type Transport } from './transport.ts';
import type { ConnectionStep, TunnelSpec } from './tunnel-types.ts';

export interface ConnectionNeeds {
  readonly spec: TunnelSpec;
  readonly origin: string;
  readonly agent: Agent;
  readonly ca: readonly string[] | null;
  readonly lookup: LookupFunction;
  /** An ARM token of the Bastion's tenant; `isForced` renews it even if it looks valid. */
  readonly armToken: (isForced: boolean) => Promise<Result<string>>;
  readonly onStep: (step: ConnectionStep, durationMs: number) => void;
  readonly onFailed: (step: ConnectionStep, error: AppError) => void;
  readonly onClosed: (error: AppError | null) => void;
  readonly onTraffic: (sentBytes: number, receivedBytes: number) => void;
  readonly onRoundTrip: (ms: number) => void;
  /** A session that could not be deleted. */
  readonly onLeak: (reason: string) => void;
}

/** How often a DELETE is tried before the session is left to the server's own clock. */
const deleteAttempts = 3;

/** One local TCP connection = one token exchange = one WebSocket = one DELETE. */
export class Connection {
  /** Settles when the last thing of this connection is done: both sockets closed, the token deleted. */
  readonly done: Promise<void>;
  private readonly local: Socket;
  private readonly needs: ConnectionNeeds;
  private readonly abort = new AbortController();
  private transport: Transport | null = null;
  private step: ConnectionStep = 'sign-in';
  private stepStartedAtMs = performance.now();

  constructor(local: Socket, needs: ConnectionNeeds) {
    this.local = local;
    this.needs = needs;
    this.done = this.run().catch((error: unknown) => {
      // A bug ends this connection, not the engine with every other one.
      needs.onFailed(this.step, appError('unexpected', { detail: describeError(error) }));
      local.destroy();
    });
  }

  /** Ends the connection in order; `done` tells when the token is deleted, too. */
  close(): void {
    this.abort.abort();
    this.transport?.close();
    this.local.destroySoon();
  }

  private async run(): Promise<void> {
    const { local } = this;
    local.setNoDelay(true);
    local.on('error', () => undefined); // the `close` event that follows is what counts
    const gaveUp = () => this.abort.abort();
    local.once('close', gaveUp);
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(attempt);
      if (outcome === 'ended') return;
      const waitMs = this.abort.signal.aborted ? null : retryDelayMs(outcome, attempt);
      if (waitMs === null) {
        this.needs.onFailed(this.step, outcome);
        local.resetAndDestroy();
        return;
      }
      await delay(waitMs, undefined, { signal: this.abort.signal }).catch(() => undefined);
    }
  }

  /** One try. Resolves with `ended` when a connection was made and has ended, else with why none was made. */
  private async attempt(attempt: number): Promise<'ended' | AppError> {
    const { needs } = this;
    this.begin('sign-in');
    const armToken = await needs.armToken(attempt > 1);
    if (!armToken.ok) return armToken.error;
    this.finishStep();
    this.begin('token');
    const token = await exchangeToken(needs, needs.spec, armToken.value);
    if (!token.ok) return token.error;
    this.finishStep();
    try {
      if (this.abort.signal.aborted) return 'ended';
      return await this.relay(token.value);
    } finally {
      await this.deleteSession(token.value);
    }
  }

  private async relay(token: DataPlaneToken): Promise<'ended' | AppError> {
    const { needs, local } = this;
    this.begin('websocket');
    let silence: NodeJS.Timeout | null = null;
    let timedOut = false;
    let settleEnd: (outcome: 'ended' | AppError) => void = () => undefined;
    const end = new Promise<'ended' | AppError>((resolve) => {
      settleEnd = resolve;
    });
    const relay = new Relay(local, {
      onFirstByte: () => {
        if (silence !== null) clearTimeout(silence);
        this.finishStep();
      },
      onTraffic: needs.onTraffic,
      onEnd: (error) => {
        if (silence !== null) clearTimeout(silence);
        if (timedOut)
          needs.onFailed(
            'banner',
            appError('target-silent', { detail: `no byte in ${needs.spec.firstByteTimeoutMs} ms` }),
          );
        else needs.onClosed(this.abort.signal.aborted ? null : error);
        settleEnd('ended');
      },
    });
    const url = `${needs.origin.replace(/^https/, 'wss')}/webtunnelv2/${encodeURIComponent(token.websocketToken)}?X-Node-Id=${encodeURIComponent(token.nodeId)}`;
    const opened = await openTransport(
      { url, origin: needs.origin, ca: needs.ca, lookup: needs.lookup },
      {
        onBytes: (chunk) => relay.receive(chunk),
        onRoundTrip: needs.onRoundTrip,
        onClose: (error) => relay.finish(error),
      },
      this.abort.signal,
    );
    if (!opened.ok) return opened.error;
    this.finishStep();
    this.begin('banner');
    this.transport = opened.value;
    relay.start(opened.value);
    if (this.abort.signal.aborted) opened.value.close();
    const { firstByteTimeoutMs } = needs.spec;
    if (firstByteTimeoutMs !== null) {
      silence = setTimeout(() => {
        timedOut = true;
        opened.value.close();
      }, firstByteTimeoutMs);
    }
    return end;
  }

  private async deleteSession(token: DataPlaneToken): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const reason = await deleteToken(this.needs, token);
      if (reason === null) return;
      if (attempt === deleteAttempts) {
        this.needs.onLeak(reason);
        return;
      }
      await delay(200 * attempt);
    }
  }

  private begin(step: ConnectionStep): void {
    this.step = step;
    this.stepStartedAtMs = performance.now();
  }

  private finishStep(): void {
    this.needs.onStep(this.step, performance.now() - this.stepStartedAtMs);
  }
}
