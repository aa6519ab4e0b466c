import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { loadCloud } from '../../src-main/azure/load-cloud.ts';
import { ServicePrincipal } from '../../src-main/cli/service-principal.ts';
import { ConnectorAgent } from '../../src-main/net/connector-agent.ts';
import { makeLookup } from '../../src-main/net/lookup.ts';
import { SecureConnector } from '../../src-main/net/secure-connector.ts';
import { TunnelEngine, type EngineNeeds } from '../../src-main/tunnel/engine.ts';
import {
  type TokenRenewal,
  type TunnelAddress,
  type TunnelEvent,
  type TunnelSpec,
  usualLimits,
  usualOptions,
} from '../../src-main/tunnel/tunnel-types.ts';

const contoso = '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10';
const fabrikam = '5f2d9a84-3b0c-4d6e-8f17-c2a4b6d8e021';
const labSubscription = '/subscriptions/55555555-4e90-4f52-9045-b2c1607f8e94';
const hub = '/subscriptions/11111111-0a5c-4b1e-9c01-7e1d2c3b4a50/resourceGroups';

/** A program with a secret in each tenant; the one of Contoso is the demo estate's own. */
const principals = {
  [contoso]: {
    clientId: 'c2c2c2c2-6b3a-4f1d-9e55-0d1e2f3a4b5c',
    clientSecret: 'not-a-real-secret-night-shift',
  },
  [fabrikam]: { clientId: 'd3d3d3d3-6b3a-4f1d-9e55-0d1e2f3a4b5d', clientSecret: 'not-a-real-secret-lab' },
} as const;

/** Resources of the demo estate that tunnels are tried on. */
export const places = {
  hubBastion: `${hub}/rg-network-weu/providers/Microsoft.Network/bastionHosts/bas-hub-weu`,
  jump: `${hub}/rg-shared-weu/providers/Microsoft.Compute/virtualMachines/jump-01`,
  labBastion: `${labSubscription}/resourceGroups/rg-lab-weu/providers/Microsoft.Network/bastionHosts/bas-lab-weu`,
  lab: `${labSubscription}/resourceGroups/rg-lab-weu/providers/Microsoft.Compute/virtualMachines/lab-01`,
  renderInstance: `${labSubscription}/resourceGroups/rg-lab-weu/providers/Microsoft.Compute/virtualMachineScaleSets/render/virtualMachines/0`,
} as const;

/** The demo estate with echo servers on the SSH ports of the lab, and a program that may use them. */
function labEstate(switches: object): unknown {
  const estate = structuredClone(demoEstate) as Record<string, unknown> & typeof demoEstate;
  const text = JSON.stringify(estate).replaceAll('"22":"linux-erp"', '"22":"echo"');
  const changed = JSON.parse(text) as typeof estate;
  changed.servicePrincipals.push({
    clientId: principals[fabrikam].clientId,
    name: 'lab-robot',
    tenant: fabrikam,
    secret: principals[fabrikam].clientSecret,
  });
  changed.roleAssignments.push({
    principal: principals[fabrikam].clientId,
    role: 'Reader',
    scope: labSubscription,
  });
  return { ...changed, switches: { answerPings: true, ...switches } };
}

/** An engine before an emulator, with everything a test wants to see of both. */
export interface TunnelLab {
  readonly emulator: Emulator;
  readonly engine: TunnelEngine;
  readonly events: TunnelEvent[];
  readonly logs: string[];
  /** A tunnel to the echo port of the jump host, for whoever may be root here. */
  readonly spec: TunnelSpec;
  /** Opens a tunnel, and counts POSTs, upgrades and DELETEs from here on. */
  readonly open: (change?: Partial<TunnelSpec>) => Promise<TunnelAddress>;
  /** POSTs, upgrades and DELETEs since {@link open}. */
  readonly counts: () => readonly [number, number, number];
  readonly renewals: TokenRenewal['kind'][];
  readonly dispose: () => Promise<void>;
}

export async function startTunnelLab(
  switches: object = {},
  needs: Partial<EngineNeeds> = {},
  link?: EmulatorOptions['link'],
): Promise<TunnelLab> {
  const emulator = await startEmulator({
    estate: labEstate(switches),
    latencies: 'none',
    targets: 'none',
    ...(link === undefined ? {} : { link }),
  });
  const loaded = await loadCloud(emulator.cloudFile);
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const { cloud, ca } = loaded.value;
  const dataPlane = { port: cloud.dataPlane?.port ?? 0, hosts: cloud.dataPlane?.hosts ?? {}, ca };
  const direct = () => Promise.resolve([{ kind: 'direct' } as const]);
  const connector = new SecureConnector({ ca, lookup: makeLookup({}), resolveProxy: direct });
  const agent = new ConnectorAgent({
    connector: Promise.resolve(connector),
    unreachable: 'authority-unreachable',
  });
  const programs = new Map(
    Object.entries(principals).map(([tenantId, secret]) => [
      tenantId,
      new ServicePrincipal(cloud, { tenantId, ...secret }, agent),
    ]),
  );
  const events: TunnelEvent[] = [];
  const logs: string[] = [];
  const renewals: TokenRenewal['kind'][] = [];
  const engine = new TunnelEngine({
    dataPlane,
    options: usualOptions,
    resolveProxy: direct,
    armToken: async (tenantId, renewal) => {
      renewals.push(renewal.kind);
      const program = programs.get(tenantId);
      if (program === undefined) throw new Error(`no program in ${tenantId}`);
      return program.token(renewal);
    },
    emit: (event) => void events.push(event),
    log: (event, fields) => void logs.push(`${event} ${JSON.stringify(fields)}`),
    ...needs,
  });
  // The first sign-in takes long; no test is about that.
  await programs.get(contoso)?.token({ kind: 'cached' });
  const spec: TunnelSpec = {
    id: 't',
    bastion: {
      id: places.hubBastion,
      endpoint: hostOf(emulator, places.hubBastion),
      tenantId: contoso,
      kind: 'dedicated',
    },
    target: { kind: 'resource', resourceId: places.jump },
    remotePort: 7,
    audience: 'same-user',
    localAddress: '127.70.1.2',
    localPort: 0,
    localPortFallback: true,
    opening: 'unknown',
    firstByteTimeoutMs: null,
    ...usualLimits,
  };
  let before = emulator.stats();
  return {
    emulator,
    engine,
    events,
    logs,
    spec,
    renewals,
    open: async (change = {}) => {
      events.length = 0;
      logs.length = 0;
      renewals.length = 0;
      before = emulator.stats();
      const address = await engine.open({ ...spec, ...change });
      if (!address.ok) throw new Error(`${address.error.code}: ${address.error.detail ?? ''}`);
      return address.value;
    },
    counts: () => {
      const now = emulator.stats();
      return [
        now.tokenPosts - before.tokenPosts,
        now.upgrades - before.upgrades,
        now.deletes - before.deletes,
      ];
    },
    dispose: async () => {
      await engine.dispose();
      agent.destroy();
      connector.dispose();
      await emulator.dispose();
    },
  };
}

/** The same Bastion in the lab of the other tenant: two-step, one machine at a time. */
export function labBastion(emulator: Emulator): TunnelSpec['bastion'] {
  const endpoint = hostOf(emulator, places.labBastion);
  return { id: places.labBastion, endpoint, tenantId: fabrikam, kind: 'two-step' };
}

/** The data-plane host of a Bastion, as Azure Resource Manager would tell it. */
function hostOf(emulator: Emulator, bastionId: string): string {
  const host = emulator.hostOf(bastionId);
  if (host === undefined) throw new Error(`no host for ${bastionId}`);
  return host;
}

/** A local program: connected, with everything it hears. */
export async function dial({ address, port }: TunnelAddress): Promise<LocalProgram> {
  const socket = connect({ host: address, port, allowHalfOpen: true });
  const program = new LocalProgram(socket);
  // One that is turned away may hear of it before it hears that it is connected.
  await Promise.race([once(socket, 'connect').catch(() => undefined), program.ended]);
  return program;
}

/** How a connection ended for a local program. */
export type LocalEnd = 'end' | 'reset';

export class LocalProgram {
  readonly socket: Socket;
  readonly ended: Promise<LocalEnd>;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private waiting: (() => void) | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      this.waiting?.();
    });
    this.ended = new Promise((resolve) => {
      socket.once('end', () => resolve('end'));
      socket.once('error', () => resolve('reset'));
    });
    void this.ended.then(() => this.waiting?.());
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Resolves when so many bytes have come; rejects if the connection ends before. */
  async receive(bytes: number): Promise<Buffer> {
    let end: LocalEnd | null = null;
    void this.ended.then((how) => {
      end = how;
    });
    for (;;) {
      if (this.bytes >= bytes) return this.received;
      if (end !== null) throw new Error(`${String(end)} after ${this.bytes} of ${bytes} bytes`);
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
  }

  /** Sends and waits for the same bytes to come back. */
  async echo(bytes: Buffer): Promise<boolean> {
    const before = this.bytes;
    this.socket.write(bytes);
    const received = await this.receive(before + bytes.length);
    return received.subarray(before).equals(bytes);
  }

  /** Leaves at once. (Who only finishes sending is given time for the answer.) */
  close(): void {
    this.socket.resetAndDestroy();
  }
}
