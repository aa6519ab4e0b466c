import { createHash, randomBytes } from 'node:crypto';
import { isKind } from '../estate/inventory.ts';
import { machineAddress, reach } from '../estate/reach.ts';
import type { Call, Reply } from '../net/http.ts';
import { dataPlaneHost, podHost } from '../estate/inventory.ts';
import { identify, mayConnect } from './caller.ts';
import type { BastionContext, Endpoint } from './context.ts';
import { apiError, refusedToken, unexpected } from './errors.ts';

const signed = [
  'Full Address',
  'Alternate Full Address',
  'GatewayHostname',
  'GatewayUsageMethod',
  'GatewayProfileUsageMethod',
  'GatewayCredentialsSource',
];

/** `GET /api/rdpfile`: a Remote Desktop file for the gateway path. Its token and signature open nothing. */
export async function rdpFile(context: BastionContext, endpoint: Endpoint, call: Call): Promise<Reply> {
  context.world.counters.rdpFiles += 1;
  const { bastion } = endpoint;
  const bearer = /^Bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  if (bearer === undefined) {
    return refusedToken(401, context.world.estate.switches.rejectedTokenBody, 'The token is missing.');
  }
  const caller = await identify(context, bastion, bearer);
  if (!('oid' in caller)) return caller;
  const query = call.url.searchParams;
  const machine = context.world.inventory.find(query.get('resourceId') ?? '');
  const port = Number(query.get('rdpport') ?? '3389');
  const isEntra = /^true$/i.test(query.get('enablerdsaad') ?? '');
  const settings = bastion.source.bastion;
  if (settings.sku === 'Basic' || settings.sku === 'Developer' || !settings.enableTunneling)
    return unexpected();
  if (!machine || !isKind(machine, 'vm') || !mayConnect(context, caller, bastion, machine))
    return unexpected();
  if (reach(context.world, bastion, machine, port) === 'no-path') return unexpected();
  const hasExtension = machine.source.vm.extensions.some(
    ({ name, type }) => (type ?? name) === 'AADLoginForWindows',
  );
  if (isEntra && !hasExtension) return unexpected();
  const server = machineAddress(machine);
  const secret = randomBytes(48).toString('base64');
  const lines = [
    `hostname:s:${server}`,
    `full address:s:${server}`,
    `alternate full address:s:${server}`,
    'use multimon:i:1',
    `serverport:i:${port}`,
    `gatewayhostname:s:${dataPlaneHost(bastion)}`,
    'gatewayusagemethod:i:1',
    'gatewayprofileusagemethod:i:1',
    'gatewaycredentialssource:i:5',
    `gatewayaccesstoken:s:${secret}`,
    ...(isEntra ? ['enablerdsaadauth:i:1'] : []),
    `signscope:s:${signed.join(',')}`,
    `signature:s:${createHash('sha256').update(secret).digest('base64')}`,
  ];
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: `${lines.join('\r\n')}\r\n` };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `POST /api/connection` at the front door of a Developer Bastion: says in plain text which pod to use. */
export async function findPod(context: BastionContext, endpoint: Endpoint, call: Call): Promise<Reply> {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(await call.body()) as Record<string, unknown>;
  } catch {
    return unexpected();
  }
  const caller = await identify(context, endpoint.bastion, textOf(body['azToken']));
  if (!('oid' in caller)) return caller;
  const machine = context.world.inventory.find(textOf(body['resourceId']));
  const port = Number(body['vmPort']);
  if (!machine || !mayConnect(context, caller, endpoint.bastion, machine)) return unexpected();
  if (reach(context.world, endpoint.bastion, machine, port) === 'no-path') return unexpected();
  if (port !== 22 && port !== 3389) return apiError(400, 'BAD_REQUEST', 'The port is not supported.');
  return { status: 200, body: `${podHost(endpoint.bastion)}\n` };
}
