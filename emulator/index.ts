import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArm } from './arm/service.ts';
import { createOperations } from './arm/operations.ts';
import type { BastionContext } from './bastion/context.ts';
import { applyMaintenance, createDataPlane, headerLimitBytes, refuseBadRequest } from './bastion/service.ts';
import { createSessions, type SessionRow } from './bastion/sessions.ts';
import { createUpgrader } from './bastion/upgrade.ts';
import type { CustomCloudDocument } from './cloud.ts';
import { armResource, type EntraContext, sshResource } from './entra/context.ts';
import { createGrants } from './entra/grants.ts';
import { createEntra } from './entra/service.ts';
import { createSshAuthority } from './entra/ssh-certificate.ts';
import { createTokenSigner } from './entra/tokens.ts';
import { changeEstate, changeResource } from './estate/change.ts';
import type { FaultsInput } from './estate/faults.ts';
import { dataPlaneHost, isKind, podHost } from './estate/inventory.ts';
import { type Estate, parseEstate } from './estate/schema.ts';
import { makeCertificates } from './net/certificates.ts';
import { type Handler, type Listener, listen, serve } from './net/http.ts';
import { type LinkOptions, startLink } from './net/link.ts';
import { startTargets, type Targets } from './targets/targets.ts';
import { type Counters, createWorld, type RequestRow, type World } from './world.ts';

export type { SessionRow } from './bastion/sessions.ts';
export type { CustomCloudDocument } from './cloud.ts';
export type { FaultsInput } from './estate/faults.ts';
export type { Estate, EstateInput } from './estate/schema.ts';
export { EstateError, parseEstate } from './estate/schema.ts';
export type { RequestRow } from './world.ts';

/** How to start. */
export interface EmulatorOptions {
  /** An estate: checked here, so plain JSON is fine. */
  readonly estate: unknown;
  /** Folder for keys, logs and homes; a temporary one is made and removed if absent. */
  readonly workDir?: string;
  /** `real` (default) waits as the estate says; `none` never waits. */
  readonly latencies?: 'real' | 'none';
  /** `auto` (default) starts the estate's targets; `none` only the built-in ones. */
  readonly targets?: 'auto' | 'none';
  /** Port of the sign-in authority; the three others follow it. 0 (default) takes free ones. */
  readonly port?: number;
  /** A link in front of the data plane, in place of none. */
  readonly link?: LinkOptions;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** Counters and the last requests, without secrets. */
export interface Stats extends Readonly<Counters> {
  readonly requests: readonly RequestRow[];
}

/** A running emulator. */
export interface Emulator {
  readonly cloud: CustomCloudDocument;
  /** Where `cloud` is written. */
  readonly cloudFile: string;
  readonly workDir: string;
  /** The estate as it was at the start. */
  readonly baseEstate: Estate;
  /** The servers behind the machines. */
  readonly targets: Targets;
  /** The estate as it is now. */
  estate(): Estate;
  /** Data-plane host of a Bastion; `undefined` if there is none with this id. */
  hostOf(bastionId: string): string | undefined;
  /** Sessions of the data plane: only a DELETE takes one away. */
  sessions(): readonly SessionRow[];
  stats(): Stats;
  /** Ends a session as its DELETE would; for those whose name no client ever learned. */
  endSession(id: string): void;
  /** Puts faults in force; `null` removes one. Throws on a setting that no fault has. */
  setFaults(faults: FaultsInput): void;
  clearFaults(): void;
  /** Changes the estate by a JSON merge patch or a function on a copy; the next request sees it. */
  updateEstate(change: Record<string, unknown> | ((estate: Estate) => void)): void;
  /** Changes one resource's entry: `updateResource(vmId, { power: 'running' })`. Throws if there is none. */
  updateResource(id: string, set: Record<string, unknown>): void;
  /** Refuses every refresh token handed out so far. */
  revokeRefreshTokens(): void;
  /** Ends listeners, tunnels and started processes; each has 3 s. */
  dispose(): Promise<void>;
}

/** Starts Azure in a box on 127.0.0.1. Rejects with `EstateError` if the estate is wrong. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const estate = parseEstate(options.estate);
  const world = createWorld(estate, {
    latencies: options.latencies ?? 'real',
    ...(options.now ? { now: options.now } : {}),
  });
  const workDir = options.workDir ?? (await mkdtemp(join(tmpdir(), 'emulator-')));
  await mkdir(workDir, { recursive: true });
  // Last made, first ended.
  const endings: (() => Promise<void> | void)[] = [];
  if (options.workDir === undefined) endings.push(() => rm(workDir, { recursive: true, force: true }));
  const dispose = async (): Promise<void> => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    return await assemble(options, world, workDir, endings, dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function assemble(
  options: EmulatorOptions,
  world: World,
  workDir: string,
  endings: (() => Promise<void> | void)[],
  dispose: () => Promise<void>,
): Promise<Emulator> {
  const baseEstate = structuredClone(world.estate);
  const sshAuthority = createSshAuthority();
  const [tls, signer, targets] = await Promise.all([
    makeCertificates(workDir, hostsOf(world)),
    createTokenSigner(() => world.now()),
    startTargets(world.estate, {
      folder: join(workDir, 'targets'),
      userAuthority: () => sshAuthority.publicKeyLine,
      start: options.targets ?? 'auto',
    }),
  ]);
  endings.push(() => targets.dispose());
  const ports = { entra: 0, front: 0, arm: 0 };
  const open = async (offset: number, handler: Handler, tlsOrPlain: 'https' | 'http'): Promise<Listener> => {
    const listener: Listener = await listen(
      {
        port: options.port ? options.port + offset : 0,
        ...(tlsOrPlain === 'https' ? { tls } : {}),
        ...(offset === 3 ? { maxHeaderBytes: headerLimitBytes } : {}),
      },
      serve(handler, tlsOrPlain, (socket) => listener.reset(socket)),
    );
    endings.push(() => listener.dispose());
    return listener;
  };

  const entraContext: EntraContext = {
    world,
    grants: createGrants(),
    signer,
    authority: () => `https://127.0.0.1:${ports.entra}`,
    front: () => `http://localhost:${ports.front}`,
    signSshCertificate: (request) => sshAuthority.sign(request),
  };
  const entra = createEntra(entraContext);
  ports.entra = (await open(0, entra, 'https')).port;
  ports.front = (await open(1, entra, 'http')).port;

  const sessions = createSessions();
  const base = (): string => `https://127.0.0.1:${ports.arm}`;
  const operations = createOperations(world, base);
  endings.push(() => operations.dispose());
  const endSession = (id: string): boolean => {
    const session = sessions.byId(id);
    for (const tunnel of session?.open ?? []) tunnel.close(1000, '');
    return session !== undefined;
  };
  const arm = createArm({ world, signer, operations, base, sessions: () => sessions.rows(), endSession });
  ports.arm = (await open(2, arm, 'https')).port;

  const bastion: BastionContext = { world, signer, sessions, targets, reset: (socket) => data.reset(socket) };
  const data = await open(3, createDataPlane(bastion), 'https');
  data.server.on('upgrade', createUpgrader(bastion));
  data.server.on('clientError', refuseBadRequest);

  const link =
    options.link === undefined
      ? undefined
      : await startLink({ host: '127.0.0.1', port: data.port }, options.link);
  if (link) endings.push(() => link.dispose());

  const cloud: CustomCloudDocument = {
    name: world.estate.name,
    authority: entraContext.authority(),
    knownAuthorities: [`127.0.0.1:${ports.entra}`],
    clientId: world.estate.clientIds[0] ?? '',
    arm: { endpoint: base(), scope: `${armResource}/.default` },
    sshCertScope: `${sshResource}/.default`,
    caFile: tls.caFile,
    dataPlane: {
      port: link?.port ?? data.port,
      hosts: Object.fromEntries(hostsOf(world).map((host) => [host, '127.0.0.1'])),
    },
  };
  const cloudFile = join(workDir, 'cloud.json');
  await writeFile(cloudFile, `${JSON.stringify(cloud, undefined, 2)}\n`);
  return {
    cloud,
    cloudFile,
    workDir,
    baseEstate,
    targets,
    estate: () => world.estate,
    hostOf(bastionId) {
      const bastion = world.inventory.find(bastionId);
      return bastion && isKind(bastion, 'bastion') ? dataPlaneHost(bastion) : undefined;
    },
    sessions: () => sessions.rows(),
    endSession(id) {
      const session = sessions.byId(id);
      endSession(id);
      if (session) sessions.remove(session);
    },
    stats: () => ({ ...world.counters, requests: [...world.requests] }),
    setFaults(faults) {
      world.faults.set(faults);
      applyMaintenance(bastion);
    },
    clearFaults: () => world.faults.clear(),
    updateEstate: (change) => changeEstate(world, change),
    updateResource: (id, set) => changeResource(world, id, set),
    revokeRefreshTokens: () => entraContext.grants.revokeAll(),
    dispose,
  };
}

/** Every host name of the data plane. */
function hostsOf(world: World): readonly string[] {
  const hosts = new Set<string>();
  for (const resource of world.inventory.ofType('Microsoft.Network/bastionHosts')) {
    if (!isKind(resource, 'bastion')) continue;
    hosts.add(dataPlaneHost(resource));
    if (resource.source.bastion.sku === 'Developer') hosts.add(podHost(resource));
  }
  return [...hosts];
}
