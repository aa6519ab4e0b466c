/** The app's side of the benchmark: the engine's client in Electron's main process, and the baselines in worker threads. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { BroadcastChannel, Worker } from 'node:worker_threads';
import { app } from 'electron';
import { ok } from '../../shared/result.ts';
import { EngineClient } from '../../src-main/tunnel/engine-client.ts';
import type { DataPlane, TunnelSpec } from '../../src-main/tunnel/tunnel-types.ts';
import { usualOptions } from '../../src-main/tunnel/tunnel-types.ts';
import type { TunnelPlan } from '../baselines/exchange.ts';
import type { LimitTask } from '../baselines/limit.ts';
import { answerCalls } from '../lib/rpc.ts';
import { busiest, type Profile, topFunctions } from '../lib/profile.ts';

const folder = import.meta.dirname;
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent } as never;

/** Threads that are profiled listen here. */
const profileChannel = new BroadcastChannel('bench-profile');
/** How long they have to hand in what they have. */
const profileWaitMs = 3000;

const engines = new Map<string, EngineClient>();
/** Baselines that accept local connections, by the name of their file; those that run, by port. */
export type ListeningBaseline = 'ws-pipe' | 'bare';
const listening = new Map<number, Worker>();
let limitWorker: Worker | undefined;
let loopDelay: IntervalHistogram | undefined;

function engineOf(name: string): EngineClient {
  const engine = engines.get(name);
  if (engine === undefined) throw new Error(`no engine is named ${name}`);
  return engine;
}

const calls = {
  about: (_params: null) => ({ electron: process.versions['electron'] ?? '', node: process.version }),
  /** Starts an engine; several may run beside each other. */
  engine({
    name,
    dataPlane,
    armToken,
    messageBytes,
    isProfiled,
  }: {
    name: string;
    dataPlane: DataPlane;
    armToken: string;
    messageBytes: number;
    isProfiled: boolean;
  }): null {
    const client = new EngineClient({
      workerPath: join(folder, isProfiled ? 'profiled-worker.js' : 'tunnel-worker.js'),
      dataPlane,
      armToken: () => Promise.resolve(ok(armToken)),
      resolveProxy: () => Promise.resolve([{ kind: 'direct' }]),
      options: { ...usualOptions, messageBytes },
      log,
    });
    engines.set(name, client);
    return null;
  },
  async open({ engine, spec }: { engine: string; spec: TunnelSpec }) {
    const address = await engineOf(engine).open(spec, silent);
    if (!address.ok) throw new Error(`${address.error.code}: ${address.error.detail ?? ''}`);
    return address.value;
  },
  async close({ engine, id }: { engine: string; id: string }): Promise<null> {
    await engineOf(engine).close(id);
    return null;
  },
  /** Makes the next connection ready; false if this engine cannot. */
  async warmUp({ engine, spec }: { engine: string; spec: TunnelSpec }): Promise<boolean> {
    const client: Partial<EngineClient> = engineOf(engine);
    if (client.warmUp === undefined) return false;
    const { endpoint, tenantId, kind } = spec.bastion;
    await client.warmUp.call(client, { endpoint, tenantId, kind });
    return true;
  },
  /** Lets go of kept connections; false if this engine keeps none. */
  coolDown({ engine }: { engine: string }): boolean {
    const client: Partial<EngineClient> = engineOf(engine);
    client.coolDown?.call(client);
    return client.coolDown !== undefined;
  },
  async endEngine({ name }: { name: string }): Promise<null> {
    await engines.get(name)?.dispose();
    engines.delete(name);
    return null;
  },
  /** Starts a baseline that listens; gives its port. */
  listening: ({ kind, plan }: { kind: ListeningBaseline; plan: TunnelPlan }): Promise<number> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(join(folder, `${kind}.js`), { workerData: plan });
      worker.once('message', (port: number) => {
        listening.set(port, worker);
        resolve(port);
      });
      worker.once('error', reject);
    }),
  /** Lets the `bare` that listens there make its next connection ready. */
  bareReady: ({ port }: { port: number }): Promise<null> =>
    new Promise((resolve) => {
      listening.get(port)?.once('message', () => resolve(null));
      listening.get(port)?.postMessage('warm');
    }),
  limit: (task: LimitTask): Promise<number> =>
    new Promise((resolve, reject) => {
      limitWorker ??= new Worker(join(folder, 'limit-worker.js'));
      limitWorker.once('message', ({ seconds, error }: { seconds: number; error?: string }) => {
        if (error === undefined) resolve(seconds);
        else reject(new Error(error));
      });
      limitWorker.postMessage(task);
    }),
  usage(_params: null) {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    const seconds = (user + system) / 1e6;
    // Those of all threads where the system tells; else the handles of this one.
    const handles = existsSync('/proc/self/fd')
      ? readdirSync('/proc/self/fd').length
      : process.getActiveResourcesInfo().length;
    return { cpuSeconds: seconds, rssBytes: rss, heapBytes: heapUsed + external, handles };
  },
  startLoopDelay(_params: null): null {
    loopDelay = monitorEventLoopDelay({ resolution: 5 });
    loopDelay.enable();
    return null;
  },
  /** 99th percentile of how late the main thread was, in milliseconds. */
  stopLoopDelay(_params: null): number {
    loopDelay?.disable();
    return Math.max(0, (loopDelay?.percentile(99) ?? Number.NaN) / 1e6 - 5);
  },
  startProfile(_params: null): null {
    profileChannel.postMessage('start');
    return null;
  },
  /** Where the busiest of the engines' threads spent its time. */
  stopProfile: (_params: null): Promise<readonly string[]> =>
    new Promise((resolve) => {
      const profiles: Profile[] = [];
      const gather = (message: unknown): void => {
        profiles.push((message as { readonly data: Profile }).data);
      };
      profileChannel.addEventListener('message', gather);
      profileChannel.postMessage('stop');
      setTimeout(() => {
        profileChannel.removeEventListener('message', gather);
        resolve(topFunctions(busiest(profiles), 25));
      }, profileWaitMs);
    }),
};

/** What this process answers. */
export type ElectronCalls = typeof calls;

app.disableHardwareAcceleration();
app.on('window-all-closed', silent);
void app.whenReady().then(() => answerCalls(Number(process.env['BENCH_HUB']), 'electron', calls));
