import { ok } from '../../shared/result.ts';
import { TunnelEngine } from '../../src-main/tunnel/engine.ts';
import {
  type TunnelAddress,
  type TunnelEvent,
  type TunnelSpec,
  usualLimits,
  usualOptions,
} from '../../src-main/tunnel/tunnel-types.ts';

/** An engine whose data plane is a server of the test on this computer, reached as `localhost`. */
export function plainEngine(
  server: { readonly port: number; readonly ca: string },
  emit: (event: TunnelEvent) => void = () => undefined,
): TunnelEngine {
  return new TunnelEngine({
    dataPlane: { port: server.port, hosts: { localhost: '127.0.0.1' }, ca: [server.ca] },
    options: usualOptions,
    resolveProxy: () => Promise.resolve([{ kind: 'direct' }]),
    armToken: () => Promise.resolve(ok('token')),
    emit,
    log: () => undefined,
  });
}

/** Opens a tunnel through it; throws if it does not listen. */
export async function openPlainTunnel(
  engine: TunnelEngine,
  change: Partial<TunnelSpec> & Pick<TunnelSpec, 'id' | 'localAddress'>,
): Promise<TunnelAddress> {
  const opened = await engine.open({
    bastion: {
      id: '/subscriptions/s/resourceGroups/g/x/b',
      endpoint: 'localhost',
      tenantId: 't',
      kind: 'dedicated',
    },
    target: { kind: 'resource', resourceId: '/vm' },
    remotePort: 22,
    audience: 'same-user',
    localPort: 0,
    localPortFallback: true,
    opening: 'unknown',
    firstByteTimeoutMs: null,
    ...usualLimits,
    ...change,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}
