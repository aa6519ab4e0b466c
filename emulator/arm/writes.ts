import { z } from 'zod';
import type { Resource, ResourceOf } from '../estate/inventory.ts';
import { isKind, networkOfBastion } from '../estate/inventory.ts';
import { wireResource } from '../estate/wire.ts';
import { wirePeerings, wireRule } from '../estate/wire-network.ts';
import type { Reply } from '../net/http.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { armError, busy, childNotFound, forbidden, unknownPath } from './errors.ts';
import { splitAtResource } from './reads.ts';

const skuRank = ['Developer', 'Basic', 'Standard', 'Premium'] as const;

const bastionBody = z.object({
  sku: z.object({ name: z.enum(skuRank) }).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.object({
    scaleUnits: z.number().int().min(2).max(50).optional(),
    enableTunneling: z.boolean().optional(),
    enableIpConnect: z.boolean().optional(),
    enableFileCopy: z.boolean().optional(),
    enableShareableLink: z.boolean().optional(),
    enableKerberos: z.boolean().optional(),
    disableCopyPaste: z.boolean().optional(),
    enableSessionRecording: z.boolean().optional(),
    ipConfigurations: z
      .array(
        z.object({ properties: z.object({ subnet: z.object({ id: z.string() }).optional() }).optional() }),
      )
      .optional(),
  }),
});

const texts = z.array(z.string()).optional();
const ruleBody = z.object({
  properties: z.object({
    priority: z.number().int().min(100).max(4096),
    direction: z.enum(['Inbound', 'Outbound']),
    access: z.enum(['Allow', 'Deny']),
    protocol: z.enum(['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah', '*']),
    sourceAddressPrefix: z.string().optional(),
    sourceAddressPrefixes: texts,
    sourcePortRange: z.string().optional(),
    sourcePortRanges: texts,
    destinationAddressPrefix: z.string().optional(),
    destinationAddressPrefixes: texts,
    destinationPortRange: z.string().optional(),
    destinationPortRanges: texts,
  }),
});

const peeringBody = z.object({
  properties: z.object({ allowVirtualNetworkAccess: z.boolean().optional() }),
});

async function readJson<T>(call: ArmCall, schema: z.ZodType<T>): Promise<T | Reply> {
  let json: unknown;
  try {
    json = JSON.parse(await call.call.body());
  } catch {
    return armError(
      400,
      'InvalidRequestContent',
      'The request content was invalid and could not be deserialized.',
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return armError(
    400,
    'InvalidRequestFormat',
    `Cannot parse the request. ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value;
}

const isNamed = (entry: { readonly name: string }, name: string): boolean =>
  entry.name.toLowerCase() === name.toLowerCase();

/** The resource as the estate has it now; it may have been replaced while an operation ran. */
function current<K extends 'bastion' | 'securityGroup' | 'network'>(
  context: ArmContext,
  kind: K,
  resource: ResourceOf<K>,
): ResourceOf<K> {
  return context.world.inventory.findKind(kind, resource.id) ?? resource;
}

function start(
  context: ArmContext,
  call: ArmCall,
  resource: Resource,
  finish: () => void,
  fail?: () => void,
): Record<string, string> {
  context.world.counters.armWrites += 1;
  const headers = context.operations.start({
    subscriptionId: resource.subscription.id,
    provider: 'Microsoft.Network',
    location: resource.location,
    apiVersion: call.apiVersion,
    finish,
    ...(fail ? { fail } : {}),
  });
  // Network writes are followed by this address alone.
  const { Location: _location, ...rest } = headers;
  return rest;
}

/** `PUT` of a resource or a part of one. Only what a client of a Bastion may want to repair can be written. */
export async function write(context: ArmContext, call: ArmCall): Promise<Reply> {
  const split = splitAtResource(context, call.path);
  if (!split) return armError(405, 'MethodNotAllowed', 'The emulator changes existing resources only.');
  const { resource, rest } = split;
  const kind = rest[0];
  const right = [
    resource.type,
    ...(kind === undefined ? [] : [kind]),
    call.call.method === 'DELETE' ? 'delete' : 'write',
  ].join('/');
  if (!context.world.directory.can(call.caller, right, resource.id)) {
    return forbidden(call.caller, call.callerName, right, call.path);
  }
  if (isKind(resource, 'bastion') && kind === undefined) return writeBastion(context, call, resource);
  if (isKind(resource, 'securityGroup') && kind?.toLowerCase() === 'securityrules' && rest[1]) {
    return call.call.method === 'DELETE'
      ? deleteRule(context, call, resource, rest[1])
      : writeRule(context, call, resource, rest[1]);
  }
  if (isKind(resource, 'network') && kind?.toLowerCase() === 'virtualnetworkpeerings' && rest[1]) {
    return writePeering(context, call, resource, rest[1]);
  }
  return unknownPath(right, call.call.method);
}

async function writeBastion(
  context: ArmContext,
  call: ArmCall,
  resource: ResourceOf<'bastion'>,
): Promise<Reply> {
  if (call.call.method !== 'PUT') return unknownPath(resource.type, call.call.method);
  const body = await readJson(call, bastionBody);
  if (isReply(body)) return body;
  const { bastion } = resource.source;
  if (bastion.provisioningState === 'Updating') return busy(resource.id);
  const sku = body.sku?.name ?? 'Standard';
  if (skuRank.indexOf(sku) < skuRank.indexOf(bastion.sku)) {
    return armError(
      400,
      'BastionSkuDowngradeNotSupported',
      `Bastion Host ${resource.id} cannot be changed from ${bastion.sku} to ${sku}.`,
    );
  }
  const wanted = body.properties;
  const isSmall = sku === 'Basic' || sku === 'Developer';
  if (isSmall && (wanted.enableTunneling === true || wanted.enableIpConnect === true)) {
    return armError(
      400,
      'BastionFeatureNotSupportedForSku',
      `The ${sku} SKU does not support the features asked for.`,
    );
  }
  const subnet = wanted.ipConfigurations?.[0]?.properties?.subnet?.id;
  if (
    subnet !== undefined &&
    !subnet.toLowerCase().startsWith(`${networkOfBastion(resource).toLowerCase()}/`)
  ) {
    return armError(
      400,
      'BastionVirtualNetworkCannotBeChanged',
      'The virtual network of a Bastion cannot be changed.',
    );
  }
  bastion.provisioningState = 'Updating';
  const headers = start(
    context,
    call,
    resource,
    () => {
      // A PUT replaces: a flag that is not sent is off afterwards.
      Object.assign(current(context, 'bastion', resource).source.bastion, {
        sku,
        provisioningState: 'Succeeded',
        scaleUnits: wanted.scaleUnits ?? 2,
        enableTunneling: wanted.enableTunneling ?? false,
        enableIpConnect: wanted.enableIpConnect ?? false,
        enableFileCopy: wanted.enableFileCopy ?? false,
        enableShareableLink: wanted.enableShareableLink ?? false,
        enableKerberos: wanted.enableKerberos ?? false,
        enableSessionRecording: wanted.enableSessionRecording ?? false,
        disableCopyPaste: wanted.disableCopyPaste ?? false,
        tags: body.tags ?? {},
      });
    },
    () => {
      current(context, 'bastion', resource).source.bastion.provisioningState = 'Failed';
    },
  );
  return { status: 200, headers, body: wireResource(resource, context.world.estate.switches) };
}

const pick = (single: string | undefined, list: readonly string[] | undefined): string | string[] =>
  list && list.length > 0 ? [...list] : (single ?? '*');

async function writeRule(
  context: ArmContext,
  call: ArmCall,
  resource: ResourceOf<'securityGroup'>,
  name: string,
): Promise<Reply> {
  const body = await readJson(call, ruleBody);
  if (isReply(body)) return body;
  const { rules } = resource.source.securityGroup;
  const wanted = body.properties;
  const index = rules.findIndex((rule) => isNamed(rule, name));
  const rival = rules.find(
    (rule, at) => at !== index && rule.direction === wanted.direction && rule.priority === wanted.priority,
  );
  if (rival) {
    return armError(
      400,
      'SecurityRuleConflict',
      `Security rule ${rival.name} conflicts with rule ${name}. Rules cannot have the same Priority and Direction.`,
      { details: [] },
    );
  }
  const rule = {
    name,
    priority: wanted.priority,
    direction: wanted.direction,
    access: wanted.access,
    protocol: wanted.protocol,
    source: pick(wanted.sourceAddressPrefix, wanted.sourceAddressPrefixes),
    sourcePorts: pick(wanted.sourcePortRange, wanted.sourcePortRanges),
    destination: pick(wanted.destinationAddressPrefix, wanted.destinationAddressPrefixes),
    ports: pick(wanted.destinationPortRange, wanted.destinationPortRanges),
  };
  const headers = start(context, call, resource, () => {
    const group = current(context, 'securityGroup', resource).source.securityGroup;
    group.rules = [...group.rules.filter((each) => !isNamed(each, name)), rule];
  });
  return { status: index >= 0 ? 200 : 201, headers, body: wireRule(resource.id, rule) };
}

function deleteRule(
  context: ArmContext,
  call: ArmCall,
  resource: ResourceOf<'securityGroup'>,
  name: string,
): Reply {
  const { rules } = resource.source.securityGroup;
  if (!rules.some((rule) => isNamed(rule, name))) return { status: 204 };
  const headers = start(context, call, resource, () => {
    const group = current(context, 'securityGroup', resource).source.securityGroup;
    group.rules = group.rules.filter((each) => !isNamed(each, name));
  });
  return { status: 202, headers };
}

async function writePeering(
  context: ArmContext,
  call: ArmCall,
  resource: ResourceOf<'network'>,
  name: string,
): Promise<Reply> {
  const body = await readJson(call, peeringBody);
  if (isReply(body)) return body;
  const peering = resource.source.network.peerings.find((entry) => isNamed(entry, name));
  if (!peering) return childNotFound(call.path);
  const headers = start(context, call, resource, () => {
    const entry = current(context, 'network', resource).source.network.peerings.find((each) =>
      isNamed(each, name),
    );
    if (entry) entry.allowVirtualNetworkAccess = body.properties.allowVirtualNetworkAccess ?? true;
  });
  const wire = wirePeerings(resource).find((entry) => entry['name'] === peering.name);
  return { status: 200, headers, body: wire };
}
