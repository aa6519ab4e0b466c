import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArm } from './arm/service.ts';
import { createOperations } from './arm/operations.ts';
import type { SessionRow } from './bastion/sessions.ts';
import type { CustomCloudDocument } from './cloud.ts';
import { armResource, type EntraContext, sshResource } from './entra/context.ts';
import { createGrants } from './entra/grants.ts';
import { createEntra } from './entra/service.ts';
import { createSshAuthority } from './entra/ssh-certificate.ts';
import { createTokenSigner } from './entra/tokens.ts';
import type { FaultsInput } from './estate/faults.ts';
import { dataPlaneHost, isKind, podHost } from './estate/inventory.ts';
import { mergePatch } from './estate/patch.ts';
import { type Estate, parseEstate } from './estate/schema.ts';
import { makeCertificates } from './net/certificates.ts';
import { listen, type Listener, serve } from './net/http.ts';
import { type Counters, createWorld, type RequestRow, type World } from './world.ts';

export type { CustomCloudDocument } from './cloud.ts';
export type { Estate, EstateInput } from './estate/schema.ts';
export type { FaultsInput } from './estate/faults.ts';
export type { SessionRow } from './bastion/sessions.ts';
export type { RequestRow } from './world.ts';
export { EstateError, parseEstate } from './estate/schema.ts';

/** How to start. */
export interface EmulatorOptions {
  /** An estate: checked here, so plain JSON is fine. */
  readonly estate: unknown;
  /** Folder for keys, logs and homes; a temporary one is made and removed if absent. */
  readonly workDir?: string;
  /** `real` (default) waits as the estate says; `none` never waits. */
  readonly latencies?: 'real' | 'none';
  /** `auto` (default) starts the estate's targets; `none` starts no process. */
  readonly targets?: 'auto' | 'none';
  /** Port of the sign-in authority; the others follow it. 0 (default) takes free ones. */
  readonly port?: number;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** Counters and the last requests. */
export interface Stats extends Readonly<Counters> {
  readonly requests: readonly RequestRow[];
}

/** A running emulator. */
export interface Emulator {
  readonly cloud: CustomCloudDocument;
  /** Where `cloud` is written. */
  readonly cloudFile: string;
  readonly workDir: string;
  /** The estate as it was checked at the start. */
  readonly baseEstate: Estate;
  /** The estate as it is now. */
  estate(): Estate;
  /** Sessions of the data plane: only a DELETE takes one away. */
  sessions(): readonly SessionRow[];
  stats(): Stats;
  /** Puts faults in force; `null` removes one. Throws on a setting that no fault has. */
  setFaults(faults: FaultsInput): void;
  clearFaults(): void;
  /** Changes the estate by a JSON merge patch or a function on a copy; the next request sees it. */
  updateEstate(change: Record<string, unknown> | ((estate: Estate) => void)): void;
  /** Changes one resource's entry: `updateResource(vmId, { power: 'running' })`. Throws if there is none. */
  updateResource(id: string, set: Record<string, unknown>): void;
  /** Refuses every refresh token handed out so far. */
  revokeRefreshTokens(): void;
  /** Ends listeners, tunnels and started processes; at most 5 s. */
  dispose(): Promise<void>;
}

/** Starts Azure in a box on 127.0.0.1. Rejects with `EstateError` if the estate is wrong. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const estate = parseEstate(options.estate);
  const world = createWorld(estate, {
    latencies: options.latencies ?? 'real',
    ...(options.now ? { now: options.now } : {}),
  });
  const isOwnFolder = options.workDir === undefined;
  const workDir = options.workDir ?? (await mkdtemp(join(tmpdir(), 'emulator-')));
  await mkdir(workDir, { recursive: true });
  const tls = await makeCertificates(workDir, hostsOf(world));
  const signer = await createTokenSigner(world.now);
  const sshAuthority = createSshAuthority();
  const listeners: Listener[] = [];
  const ports = { entra: 0, front: 0, arm: 0, data: 0 };
  const onBug = (error: unknown): void => console.error(error);

  const entraContext: EntraContext = {
    world,
    grants: createGrants(),
    signer,
    authority: () => `https://127.0.0.1:${ports.entra}`,
    front: () => `http://localhost:${ports.front}`,
    signSshCertificate: (input) => sshAuthority.sign(input),
  };
  const base = (): string => `https://127.0.0.1:${ports.arm}`;
  const operations = createOperations(world, base);
  const entra = createEntra(entraContext);
  const arm = createArm({ world, signer, operations, base, sessions: () => [], endSession: () => false });

  const open = async (
    offset: number,
    secure: boolean,
    handler: ReturnType<typeof serve>,
  ): Promise<number> => {
    const listener = await listen(
      { port: options.port ? options.port + offset : 0, ...(secure ? { tls } : {}) },
      handler,
    );
    listeners.push(listener);
    return listener.port;
  };
  ports.entra = await open(0, true, serve(entra, 'https', onBug));
  ports.front = await open(1, false, serve(entra, 'http', onBug));
  ports.arm = await open(2, true, serve(arm, 'https', onBug));

  const cloud: CustomCloudDocument = {
    name: estate.name,
    authority: entraContext.authority(),
    knownAuthorities: [`127.0.0.1:${ports.entra}`],
    clientId: estate.clientIds[0] ?? '',
    arm: { endpoint: base(), scope: `${armResource}/.default` },
    sshCertScope: `${sshResource}/.default`,
    caFile: tls.caFile,
    dataPlane: {
      port: ports.data,
      hosts: Object.fromEntries(hostsOf(world).map((host) => [host, '127.0.0.1'])),
    },
  };
  const cloudFile = join(workDir, 'cloud.json');
  await writeFile(cloudFile, `${JSON.stringify(cloud, undefined, 2)}\n`);

  return {
    cloud,
    cloudFile,
    workDir,
    baseEstate: estate,
    estate: () => world.estate,
    sessions: () => [],
    stats: () => ({ ...world.counters, requests: [...world.requests] }),
    setFaults: (faults) => world.faults.set(faults),
    clearFaults: () => world.faults.clear(),
    updateEstate: (change) => updateEstate(world, change),
    updateResource: (id, set) => updateResource(world, id, set),
    revokeRefreshTokens: () => entraContext.grants.revokeAll(),
    async dispose() {
      operations.dispose();
      await Promise.all(listeners.map((listener) => listener.dispose()));
      if (isOwnFolder) await rm(workDir, { recursive: true, force: true });
    },
  };
}

function hostsOf(world: World): readonly string[] {
  const hosts = new Set<string>();
  for (const resource of world.inventory.ofType('Microsoft.Network/bastionHosts')) {
    if (!isKind(resource, 'bastion')) continue;
    hosts.add(dataPlaneHost(resource));
    if (resource.source.bastion.sku === 'Developer') hosts.add(podHost(resource));
  }
  return [...hosts];
}

function updateEstate(world: World, change: Record<string, unknown> | ((estate: Estate) => void)): void {
  if (typeof change !== 'function') {
    world.replaceEstate(mergePatch(world.estate, change));
    return;
  }
  const copy = structuredClone(world.estate);
  change(copy);
  world.replaceEstate(copy);
}

function updateResource(world: World, id: string, set: Record<string, unknown>): void {
  const resource = world.inventory.find(id);
  if (!resource) throw new Error(`The estate has no resource ${id}`);
  const { source } = resource;
  const entry =
    source.kind === 'vm' || source.kind === 'nic'
      ? source.vm
      : source.kind === 'bastion' || source.kind === 'publicIp'
        ? source.bastion
        : source.kind === 'network'
          ? source.network
          : source.kind === 'securityGroup'
            ? source.securityGroup
            : source.kind === 'scaleSet'
              ? source.scaleSet
              : source.kind === 'instance'
                ? source.instance
                : resource.group;
  const before = structuredClone(world.estate);
  Object.assign(entry, mergePatch(entry, set));
  try {
    world.replaceEstate(world.estate);
  } catch (error) {
    world.replaceEstate(before);
    throw error;
  }
}
