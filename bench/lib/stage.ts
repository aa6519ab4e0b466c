import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { build } from 'vite';
import type { TunnelSpec } from '../../src-main/tunnel/tunnel-types.ts';
import type { TunnelPlan } from '../baselines/exchange.ts';
import type { ElectronCalls, ListeningBaseline } from '../electron/main.ts';
import type { EmulatorCalls } from '../emulator-process.ts';
import { type Place, targetPorts } from '../emulator-targets.ts';
import type { LoadCalls } from '../load-process.ts';
import { createChildren } from './children.ts';
import type { Door } from './door.ts';
import { openHub, type Remote } from './rpc.ts';
import { type Socat, startSocat } from './socat.ts';

const bench = resolve(import.meta.dirname, '..');

/** The name of a target behind the Bastion. */
export type Target = keyof typeof targetPorts;

/** What an engine is started with. */
export interface EngineStart {
  readonly name: string;
  /** Port of the data plane, or of a link in front of it. */
  readonly port?: number;
  readonly messageBytes?: number;
  /** Whether trust is the whole list of the system beside the emulator's authority. */
  readonly hasSystemAuthorities?: boolean;
}

/** Everything that a figure is measured with. */
export interface Stage {
  readonly place: Place;
  readonly emulator: Remote<EmulatorCalls>;
  readonly electron: Remote<ElectronCalls>;
  /** Local programs; `bulk` is a second process, for transfers beside what is measured. */
  readonly load: Remote<LoadCalls>;
  readonly bulk: Remote<LoadCalls>;
  readonly versions: { readonly electron: string; readonly node: string };
  startEngine(start: EngineStart): Promise<void>;
  /** Ends an engine; its tunnels may be opened anew by another one of that name. */
  endEngine(name: string): Promise<void>;
  /** Resolves when the emulator holds no session: everything has been deleted. */
  quiet(): Promise<void>;
  /** Where an engine listens for a target; opened once. */
  tunnel(engine: string, target: Target): Promise<Door>;
  spec(target: Target): TunnelSpec;
  plan(target: Target): TunnelPlan;
  direct(target: Target): Door;
  socat(target: Target): Promise<Socat & { readonly door: Door }>;
  baseline(kind: ListeningBaseline, target: Target): Promise<Door>;
  dispose(): Promise<void>;
}

/** How to set the stage. */
export interface StageOptions {
  /** Path of Electron. */
  readonly electron: string;
  readonly isProfiled: boolean;
  readonly isLoud: boolean;
}

/** Bundles, starts all processes, and opens nothing yet. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  const children = createChildren(options.isLoud);
  const hub = await openHub();
  const dispose = async (): Promise<void> => {
    await children.endAll();
    hub.dispose();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    return await assemble(options, folder, children, hub, dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function assemble(
  options: StageOptions,
  folder: string,
  children: ReturnType<typeof createChildren>,
  hub: Awaited<ReturnType<typeof openHub>>,
  dispose: () => Promise<void>,
): Promise<Stage> {
  const app = join(folder, 'app');
  await build({ configFile: join(bench, 'vite.config.ts'), build: { outDir: app } });
  await mkdir(join(folder, 'user'), { recursive: true });
  await writeFile(
    join(app, 'package.json'),
    JSON.stringify({ name: 'sallyport-bench', type: 'module', version: '0.0.0', main: 'main.js' }),
  );
  const env = { BENCH_HUB: String(hub.port) };
  const node = (file: string, name: string) =>
    children.start(process.execPath, ['--disable-warning=ExperimentalWarning', join(bench, file)], {
      ...env,
      BENCH_NAME: name,
    });
  node('emulator-process.ts', 'emulator');
  node('load-process.ts', 'load');
  node('load-process.ts', 'bulk');
  const isRoot = process.getuid?.() === 0;
  const flags = [...(isRoot ? ['--no-sandbox'] : []), '--disable-gpu', `--user-data-dir=${folder}/user`];
  children.start(options.electron, [...flags, app], env);
  const [emulator, load, bulk, electron] = await withinLimit(
    Promise.all([
      hub.remote<EmulatorCalls>('emulator'),
      hub.remote<LoadCalls>('load'),
      hub.remote<LoadCalls>('bulk'),
      hub.remote<ElectronCalls>('electron'),
    ]),
    60_000,
    'the processes do not start (--loud shows what they say)',
  );
  const place = await emulator.call('start', null);
  const ca = await readFile(place.caFile, 'utf8');
  const allAuthorities = [...(await systemAuthorities()), ca];
  const doors = new Map<string, Promise<Door>>();
  const socats = new Map<Target, Promise<Socat & { readonly door: Door }>>();
  const once = <K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> => {
    const made = map.get(key) ?? make();
    map.set(key, made);
    return made;
  };
  const spec = (target: Target): TunnelSpec => ({
    id: target,
    bastion: {
      id: place.bastionId,
      endpoint: place.host,
      tenantId: place.tenantId,
      kind: 'dedicated',
    },
    target: { kind: 'resource', resourceId: place.vmId },
    remotePort: targetPorts[target],
    audience: 'same-user',
    localAddress: '127.0.0.1',
    localPort: 0,
    localPortFallback: true,
    opening: 'unknown',
    firstByteTimeoutMs: null,
    maximumConnections: 256,
    idleCloseMs: null,
    pings: 'on',
  });
  const plan = (target: Target): TunnelPlan => ({
    host: place.host,
    port: place.port,
    ca: [ca],
    form: new URLSearchParams({
      resourceId: place.vmId,
      protocol: 'tcptunnel',
      workloadHostPort: String(targetPorts[target]),
      aztoken: place.armToken,
    }).toString(),
  });
  return {
    place,
    emulator,
    electron,
    load,
    bulk,
    versions: await electron.call('about', null),
    async startEngine({ name, port = place.port, messageBytes = 4096, hasSystemAuthorities = false }) {
      await electron.call('engine', {
        name,
        dataPlane: { port, hosts: place.hosts, ca: hasSystemAuthorities ? allAuthorities : [ca] },
        armToken: place.armToken,
        messageBytes,
        isProfiled: options.isProfiled,
      });
    },
    async endEngine(name) {
      for (const key of doors.keys()) if (key.startsWith(`${name} `)) doors.delete(key);
      await electron.call('endEngine', { name });
    },
    async quiet() {
      for (let tries = 0; (await emulator.call('sessions', null)) > 0 && tries < 500; tries += 1)
        await delay(10);
    },
    tunnel: (engine, target) =>
      once(doors, `${engine} ${target}`, () => electron.call('open', { engine, spec: spec(target) })),
    spec,
    plan,
    direct: (target) => ({ address: '127.0.0.1', port: place.plain[target] }),
    socat: (target) =>
      once(socats, target, async () => {
        const socat = await startSocat(children, place.tls[target], place.caFile);
        return { ...socat, door: { address: '127.0.0.1', port: socat.port } };
      }),
    baseline: (kind, target) =>
      once(doors, `${kind} ${target}`, async () => ({
        address: '127.0.0.1',
        port: await electron.call('listening', { kind, plan: plan(target) }),
      })),
    dispose,
  };
}

/** The authorities that this system trusts: a client has to look through all of them. */
async function systemAuthorities(): Promise<readonly string[]> {
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  if (!existsSync(bundle)) return rootCertificates;
  return (await readFile(bundle, 'utf8')).match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

/** Rejects with these words after a while. */
export async function withinLimit<T>(work: Promise<T>, limitMs: number, words: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(words)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
