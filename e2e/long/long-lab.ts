import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createChildren } from '../../bench/lib/children.ts';
import { openHub, type Remote } from '../../bench/lib/rpc.ts';
import { type TunnelAddress, type TunnelSpec, usualLimits } from '../../src-main/tunnel/tunnel-types.ts';
import { places } from '../support/tunnel-lab.ts';
import type { EmulatorCalls } from './emulator-process.ts';
import type { EngineCalls } from './engine-process.ts';

const contoso = '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10';

/** Ports of the jump host, and what answers there. */
export const ports = { echo: 7, ofTheTest: 22, chargen: 19 } as const;

/** Engine and emulator, each in a process of its own; the local programs run in the test. */
export interface LongLab {
  readonly emulator: Remote<EmulatorCalls>;
  readonly engine: Remote<EngineCalls>;
  readonly open: (change: Partial<TunnelSpec>) => Promise<TunnelAddress>;
  readonly dispose: () => Promise<void>;
}

/** `targetPort`: a server on 127.0.0.1 that stands behind {@link ports}`.ofTheTest`. */
export async function startLongLab({ targetPort }: { targetPort: number }): Promise<LongLab> {
  const children = createChildren(true);
  const hub = await openHub();
  for (const name of ['emulator', 'engine']) {
    const file = join(import.meta.dirname, `${name}-process.ts`);
    children.start(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      LONG_HUB: String(hub.port),
    });
  }
  const [emulator, engine] = await Promise.all([
    hub.remote<EmulatorCalls>('emulator'),
    hub.remote<EngineCalls>('engine'),
  ]);
  const { cloudFile, host } = await emulator.call('start', { targetPort });
  await engine.call('start', { cloudFile, tenantId: contoso });
  let nextTunnel = 1;
  return {
    emulator,
    engine,
    open: (change) =>
      engine.call('open', {
        id: `t${nextTunnel++}`,
        bastion: { id: places.hubBastion, endpoint: host, tenantId: contoso, kind: 'dedicated' },
        target: { kind: 'resource', resourceId: places.jump },
        remotePort: ports.echo,
        audience: 'same-user',
        localAddress: '127.70.2.2',
        localPort: 0,
        localPortFallback: true,
        opening: 'unknown',
        firstByteTimeoutMs: null,
        ...usualLimits,
        ...change,
      }),
    dispose: async () => {
      await engine.call('stop', null);
      await emulator.call('stop', null);
      hub.dispose();
      await children.endAll();
    },
  };
}

/** Samples the memory of the engine's process for so long; gives the least and the most, in MiB. */
export async function watchMemory(lab: LongLab, forMs: number): Promise<{ least: number; most: number }> {
  const untilMs = performance.now() + forMs;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  while (performance.now() < untilMs) {
    const { rssBytes } = await lab.engine.call('usage', null);
    least = Math.min(least, rssBytes / 2 ** 20);
    most = Math.max(most, rssBytes / 2 ** 20);
    await delay(1_000);
  }
  return { least, most };
}
