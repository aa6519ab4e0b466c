import type { BastionHost } from '@azure/arm-network';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import type { Cloud } from '../azure/cloud.ts';
import { loadCloud, namedCloud } from '../azure/load-cloud.ts';
import { isTwoStep } from '../azure/bastion-sku.ts';
import { parseResourceId } from '../azure/resource-id.ts';
import type { Log } from '../log/logger.ts';
import { ConnectorAgent } from '../net/connector-agent.ts';
import { makeLookup } from '../net/lookup.ts';
import type { ResolveProxy } from '../net/proxy.ts';
import { makeResolveProxy } from '../net/resolve-proxy.ts';
import { SecureConnector } from '../net/secure-connector.ts';
import { loadTrust } from '../net/trust.ts';
import type { BastionEnd, DataPlane, TokenRenewal, TunnelTarget } from '../tunnel/tunnel-types.ts';
import { readPrincipal, ServicePrincipal } from './service-principal.ts';

interface Needs {
  readonly cloudPath: string | null;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the operating system says of a proxy; null where nobody can ask it. */
  readonly systemProxy: ((url: string) => Promise<string>) | null;
  readonly log: Log;
}

/** What a command works with. */
export interface CliServices {
  readonly cloud: Cloud;
  readonly dataPlane: DataPlane;
  readonly connector: SecureConnector;
  readonly resolveProxy: ResolveProxy;
  readonly tenantId: string;
  readonly armToken: (renewal: TokenRenewal) => Promise<Result<string>>;
  readonly arm: Arm;
  readonly dispose: () => void;
}

/** Cloud, network and sign-in of a command, all from the command line and the environment. */
export async function makeCliServices({
  cloudPath,
  platform,
  env,
  systemProxy,
  log,
}: Needs): Promise<Result<CliServices>> {
  const loaded = cloudPath === null ? ok(namedCloud('public')) : await loadCloud(cloudPath);
  if (!loaded.ok) return loaded;
  const principal = readPrincipal(env);
  if (!principal.ok) return principal;
  const { cloud } = loaded.value;
  const hosts = cloud.dataPlane?.hosts ?? {};
  const ca = loaded.value.ca ?? (await loadTrust({ platform, env, caFile: null, log })).ca;
  const resolveProxy = makeResolveProxy({
    setting: () => ({ kind: 'system' }),
    system: systemProxy,
    env,
    hosts,
    credentialsOf: () => null,
    log,
  });
  const connector = new SecureConnector({ ca, lookup: makeLookup(hosts), resolveProxy });
  const agentFor = (unreachable: 'authority-unreachable' | 'arm-unreachable') =>
    new ConnectorAgent({ connector: Promise.resolve(connector), unreachable });
  const agents = { authority: agentFor('authority-unreachable'), arm: agentFor('arm-unreachable') };
  const program = new ServicePrincipal(cloud, principal.value, agents.authority);
  return ok({
    cloud,
    dataPlane: { port: cloud.dataPlane?.port ?? 443, hosts, ca },
    connector,
    resolveProxy,
    tenantId: principal.value.tenantId,
    armToken: (renewal) => program.token(renewal),
    arm: new Arm({
      cloud,
      agent: agents.arm,
      token: (_tenantId, claims) =>
        program.token(claims === undefined ? { kind: 'cached' } : { kind: 'claims', claims }),
    }),
    dispose: () => {
      agents.authority.destroy();
      agents.arm.destroy();
      connector.dispose();
    },
  });
}

/** A Bastion as a command sees it. */
export interface FoundBastion {
  readonly end: BastionEnd;
  readonly sku: string;
}

/** Reads the Bastion and says what already rules a tunnel out: the engine would learn it only when somebody connects. */
export async function findBastion(
  { arm, tenantId }: CliServices,
  bastionId: string,
  target: TunnelTarget,
): Promise<Result<FoundBastion>> {
  const name = parseResourceId(bastionId);
  if (name === null) return err(appError('arm-not-found', { detail: bastionId }));
  let bastion: BastionHost;
  try {
    const client = await arm.network(tenantId, name.subscriptionId);
    bastion = await client.bastionHosts.get(name.resourceGroup, name.name);
  } catch (error) {
    return err(toArmError(error));
  }
  const sku = bastion.sku?.name ?? '';
  const kind = isTwoStep(sku) ? 'two-step' : 'dedicated';
  if (kind === 'dedicated' && bastion.enableTunneling !== true) {
    return err(appError('bastion-native-client-off', { detail: `${name.name} (${sku})` }));
  }
  if (target.kind === 'ip' && bastion.enableIpConnect !== true) {
    return err(appError('bastion-ip-connect-off', { detail: `${name.name} (${sku})` }));
  }
  return ok({
    sku,
    end: { id: bastion.id ?? bastionId, endpoint: bastion.dnsName ?? '', tenantId, kind },
  });
}
