/** The emulator in a process of its own, and the plain TLS ports in front of the same targets for `socat`. */
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { dataPlaneHost, isKind } from '../emulator/estate/inventory.ts';
import { type Emulator, type FaultsInput, startEmulator } from '../emulator/index.ts';
import { type Link, type LinkOptions, startLink } from '../emulator/net/link.ts';
import { type Builtin, builtinNames, serveBuiltin } from '../emulator/targets/builtins.ts';
import { demo, readDemo, vmId } from '../emulator/testing/estate.ts';
import { signIn } from '../emulator/testing/walk.ts';
import { createWorld } from '../emulator/world.ts';
import { type Place, targetPorts } from './emulator-targets.ts';
import { answerCalls } from './lib/rpc.ts';

const calls = {
  async start(_params: null): Promise<Place> {
    const machine = vmId(demo.web, 'rg-web-weu', 'web-01');
    const estate = await readDemo();
    // No limit for client frames: the plain pipe of `ws` sends what it reads as one frame.
    const switches = { ...estate.switches, maxClientFrameBytes: 0, answerPings: true };
    emulator = await startEmulator({ estate: { ...estate, switches }, latencies: 'none', targets: 'none' });
    emulator.updateResource(machine, {
      targets: Object.fromEntries(Object.entries(targetPorts).map(([name, port]) => [String(port), name])),
    });
    const { inventory } = createWorld(emulator.estate(), { latencies: 'none' });
    const bastion = inventory
      .ofType('Microsoft.Network/bastionHosts')
      .find((each) => each.id.endsWith('/bas-hub-weu'));
    if (bastion === undefined || !isKind(bastion, 'bastion')) throw new Error('the demo estate has no hub');
    const { cloud, targets } = emulator;
    return {
      caFile: cloud.caFile,
      port: cloud.dataPlane.port,
      host: dataPlaneHost(bastion),
      hosts: cloud.dataPlane.hosts,
      bastionId: bastion.id,
      tenantId: bastion.subscription.tenant,
      vmId: machine,
      armToken: (await signIn(cloud, demo.ada))['access_token'] ?? '',
      plain: await eachBuiltin((name) => targets.address(name)?.port ?? 0),
      tls: await openTls(emulator.workDir),
    };
  },
  /** Puts exactly these faults in force. */
  faults(faults: FaultsInput): null {
    emulator?.clearFaults();
    emulator?.setFaults(faults);
    return null;
  },
  /** Opens a link in front of the data plane; gives its port. */
  async link(options: LinkOptions): Promise<number> {
    const port = emulator?.cloud.dataPlane.port ?? 0;
    const link = await startLink({ host: '127.0.0.1', port }, options);
    links.push(link);
    return link.port;
  },
  /** Bytes that have arrived so far. */
  bytesUp: (_params: null): number => emulator?.stats().bytesUp ?? 0,
  sessions: (_params: null): number => emulator?.sessions().length ?? 0,
  async stop(_params: null): Promise<null> {
    await Promise.all(links.map((link) => link.dispose()));
    await emulator?.dispose();
    return null;
  },
};

/** What this process answers. */
export type EmulatorCalls = typeof calls;

const links: Link[] = [];
let emulator: Emulator | undefined;

async function eachBuiltin(
  portOf: (name: Builtin) => number | Promise<number>,
): Promise<Record<Builtin, number>> {
  const entries = await Promise.all(builtinNames.map(async (name) => [name, await portOf(name)] as const));
  return Object.fromEntries(entries) as Record<Builtin, number>;
}

async function openTls(folder: string): Promise<Record<Builtin, number>> {
  const [key, cert] = await Promise.all([
    readFile(join(folder, 'leaf.key')),
    readFile(join(folder, 'leaf.pem')),
  ]);
  return eachBuiltin(async (name) => {
    const server = createServer({ key, cert }, (socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      serveBuiltin[name](socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  });
}

answerCalls(Number(process.env['BENCH_HUB']), 'emulator', calls);
