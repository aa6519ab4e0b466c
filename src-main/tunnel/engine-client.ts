import { Worker } from 'node:worker_threads';
import { appError } from '../../shared/errors.ts';
import { err, type Result } from '../../shared/result.ts';
import { describeError, type Log } from '../log/logger.ts';
import type { ResolveProxy } from '../net/proxy.ts';
import {
  type Allowance,
  type DataPlane,
  type EngineOptions,
  type TokenRenewal,
  type TunnelAddress,
  type TunnelEvent,
  type TunnelSpec,
  usualOptions,
  type WarmTarget,
} from './tunnel-types.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

interface Needs {
  /** Path of the built worker entry. */
  readonly workerPath: string;
  readonly dataPlane: DataPlane;
  readonly armToken: (tenantId: string, renewal: TokenRenewal) => Promise<Result<string>>;
  readonly resolveProxy: ResolveProxy;
  readonly options?: EngineOptions;
  readonly log: Log;
}

/** Hears of every tunnel, for those who show them. */
export interface EngineObserver {
  readonly onOpened: (spec: TunnelSpec, address: Result<TunnelAddress>) => void;
  readonly onEvent: (event: TunnelEvent) => void;
  readonly onClosed: (tunnelId: string) => void;
}

/** How long the engine may take to close everything at the end of the app. */
const disposeTimeoutMs = 10_000;

/** Main's side of the engine: commands go to the worker, events come back to whoever opened the tunnel. */
export class EngineClient {
  private readonly needs: Needs;
  private worker: Worker | null = null;
  private nextCall = 1;
  private readonly opening = new Map<number, (address: Result<TunnelAddress>) => void>();
  private readonly finishing = new Map<number, () => void>();
  private readonly listeners = new Map<string, (event: TunnelEvent) => void>();
  private readonly observers = new Set<EngineObserver>();
  private readonly closing = new Map<string, Promise<void>>();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Hears of every tunnel, whoever opened it. */
  observe(observer: EngineObserver): void {
    this.observers.add(observer);
  }

  /** Opens a tunnel; its events go to `onEvent` until it is closed. */
  async open(spec: TunnelSpec, onEvent: (event: TunnelEvent) => void): Promise<Result<TunnelAddress>> {
    const closing = this.closing.get(spec.id);
    if (closing !== undefined) await closing;
    if (this.listeners.has(spec.id)) {
      const detail = `the tunnel ${spec.id} is open already`;
      return err(appError('listener-failed', { detail }));
    }
    this.listeners.set(spec.id, onEvent);
    return new Promise((resolve) => {
      const call = this.nextCall++;
      this.opening.set(call, (address) => {
        if (!address.ok) this.listeners.delete(spec.id);
        for (const observer of this.observers) observer.onOpened(spec, address);
        resolve(address);
      });
      this.send({ kind: 'open', call, spec });
    });
  }

  /** Closes a tunnel; resolves when its tokens are deleted, or a time limit of the engine has passed. */
  async close(tunnelId: string): Promise<void> {
    if (!this.listeners.has(tunnelId)) return;
    const closing = this.closing.get(tunnelId) ?? this.closeNow(tunnelId);
    this.closing.set(tunnelId, closing);
    await closing;
  }

  private async closeNow(tunnelId: string): Promise<void> {
    await this.finish((call) => ({ kind: 'close', call, tunnelId }));
    this.closing.delete(tunnelId);
    if (!this.listeners.delete(tunnelId)) return;
    for (const observer of this.observers) observer.onClosed(tunnelId);
  }

  /** Makes the next connection through a Bastion quick, without opening a session; to be repeated while it is in view. */
  warmUp(target: WarmTarget): Promise<void> {
    return this.finish((call) => ({ kind: 'warm-up', call, target }));
  }

  /** Lets go of what was made ready. */
  coolDown(): void {
    if (this.worker !== null) this.send({ kind: 'cool-down' });
  }

  /** After a sleep or a change of the network: what cannot be heard of within the limit is lost. */
  networkChanged(limitMs: number): void {
    if (this.worker !== null) this.send({ kind: 'network-changed', limitMs });
  }

  /** Lets a program in that was turned away. */
  allow(tunnelId: string, who: Allowance): void {
    if (this.worker !== null) this.send({ kind: 'allow', tunnelId, who });
  }

  /** Closes every tunnel and ends the worker. */
  async dispose(): Promise<void> {
    const { worker } = this;
    if (worker === null) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, disposeTimeoutMs);
    });
    await Promise.race([this.finish((call) => ({ kind: 'dispose', call })), limit]);
    clearTimeout(timer);
    this.worker = null;
    await worker.terminate();
  }

  private finish(message: (call: number) => ToWorker): Promise<void> {
    return new Promise((resolve) => {
      const call = this.nextCall++;
      this.finishing.set(call, resolve);
      this.send(message(call));
    });
  }

  private send(message: ToWorker): void {
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const start: WorkerStart = {
      dataPlane: this.needs.dataPlane,
      options: this.needs.options ?? usualOptions,
    };
    const worker = new Worker(this.needs.workerPath, { workerData: start, name: 'tunnel-engine' });
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) => this.crashed(error));
    return worker;
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case 'opened':
        this.opening.get(message.call)?.(message.address);
        this.opening.delete(message.call);
        break;
      case 'done':
        this.finishing.get(message.call)?.();
        this.finishing.delete(message.call);
        break;
      case 'need-arm-token': {
        const { call } = message;
        this.needs
          .armToken(message.tenantId, message.renewal)
          .catch((error: unknown) => err<string>(appError('unexpected', { detail: describeError(error) })))
          .then((token) => this.send({ kind: 'arm-token', call, token }))
          .catch((error: unknown) => this.needs.log.error('unexpected', { error: describeError(error) }));
        break;
      }
      case 'need-proxies': {
        const { call } = message;
        this.needs
          .resolveProxy(message.url)
          .catch((error: unknown) => {
            this.needs.log.error('proxy-unresolved', { error: describeError(error) });
            return [{ kind: 'direct' }] as const;
          })
          .then((proxies) => this.send({ kind: 'proxies', call, proxies }))
          .catch((error: unknown) => this.needs.log.error('unexpected', { error: describeError(error) }));
        break;
      }
      case 'event':
        this.listeners.get(message.event.tunnelId)?.(message.event);
        for (const observer of this.observers) observer.onEvent(message.event);
        break;
      case 'log':
        this.needs.log.info(message.event, message.fields);
        break;
    }
  }

  /** A crash is a bug: every tunnel is gone. Its users are told, and the next command starts a new worker. */
  private crashed(error: unknown): void {
    const failure = appError('unexpected', { detail: describeError(error) });
    this.needs.log.error('tunnel-engine-crashed', { error: describeError(error) });
    this.worker = null;
    for (const resolve of this.opening.values()) resolve(err(failure));
    for (const resolve of this.finishing.values()) resolve();
    for (const [tunnelId, listener] of this.listeners) {
      listener({ kind: 'closed', tunnelId, connection: 0, error: failure, sentBytes: 0, receivedBytes: 0 });
      for (const observer of this.observers) observer.onClosed(tunnelId);
    }
    this.opening.clear();
    this.finishing.clear();
    this.listeners.clear();
  }
}
