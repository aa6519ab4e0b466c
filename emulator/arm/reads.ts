import type { Resource } from '../estate/inventory.ts';
import { isKind, readAction } from '../estate/inventory.ts';
import { wireResource } from '../estate/wire.ts';
import { instanceView, type Json, wireExtensions, wireInstanceNic } from '../estate/wire-compute.ts';
import { defaultRules, wirePeerings, wireRule, wireSubnets } from '../estate/wire-network.ts';
import type { Reply } from '../net/http.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { childNotFound, forbidden, groupNotFound, notFound, unknownPath } from './errors.ts';
import { paged } from './paging.ts';

/** Wishes of the query string about instance views. */
function wantsInstanceView(call: ArmCall): boolean {
  const query = call.call.url.searchParams;
  return (
    query.get('statusOnly')?.toLowerCase() === 'true' ||
    (query.get('$expand') ?? query.get('%24expand') ?? '').toLowerCase().includes('instanceview')
  );
}

/** Lists resources of one type in a subscription, a group, or a scale set: only what the caller may read. */
export function listResources(context: ArmContext, call: ArmCall, type: string, within: string): Reply {
  const { world } = context;
  const prefix = `${within.toLowerCase()}/`;
  const readable = world.inventory
    .ofType(type)
    .filter((resource) => resource.id.toLowerCase().startsWith(prefix))
    .filter((resource) => world.directory.can(call.caller, readAction(resource), resource.id));
  const expand = wantsInstanceView(call);
  return paged(context, call, readable, (resource) => wireResource(resource, world.estate.switches, expand));
}

/** Lists every resource of a subscription or group in short form. */
export function listAnything(context: ArmContext, call: ArmCall, within: string): Reply {
  const { world } = context;
  const prefix = `${within.toLowerCase()}/`;
  const readable = world.inventory
    .all()
    .filter(
      (resource) =>
        resource.source.kind !== 'group' &&
        resource.source.kind !== 'instance' &&
        resource.id.toLowerCase().startsWith(prefix) &&
        world.directory.can(call.caller, readAction(resource), resource.id),
    );
  return paged(context, call, readable, ({ id, name, type, location, tags }) => ({
    id,
    name,
    type,
    location,
    tags,
  }));
}

/** Parts below a resource that are read with it or alone. */
function childrenOf(resource: Resource, type: string): readonly Json[] | undefined {
  const kind = type.toLowerCase();
  if (isKind(resource, 'network') && kind === 'subnets') return wireSubnets(resource);
  if (isKind(resource, 'network') && kind === 'virtualnetworkpeerings') return wirePeerings(resource);
  if (isKind(resource, 'vm') && kind === 'extensions') return wireExtensions(resource);
  if (isKind(resource, 'instance') && kind === 'networkinterfaces') return [wireInstanceNic(resource)];
  if (isKind(resource, 'securityGroup') && kind === 'securityrules') {
    return resource.source.securityGroup.rules.map((rule) => wireRule(resource.id, rule));
  }
  if (isKind(resource, 'securityGroup') && kind === 'defaultsecurityrules') {
    return defaultRules.map((rule) => wireRule(resource.id, rule, true));
  }
  return undefined;
}

/** Reads one resource, or a part of one. The caller's right is checked before the resource is looked for, as in ARM. */
export function readOne(context: ArmContext, call: ArmCall): Reply {
  const { world } = context;
  // The longest prefix that is a resource; what is left is a child, or a collection of children.
  const split = splitAtResource(context, call.path);
  if (!split) return readMissing(context, call);
  const { resource, rest } = split;
  const action = [resource.type, ...rest.slice(0, 1), 'read'].join('/');
  if (!world.directory.can(call.caller, action, resource.id)) {
    return forbidden(call.caller, call.callerName, action, call.path);
  }
  const [childType, childName] = rest;
  if (childType === undefined) {
    return { status: 200, body: wireResource(resource, world.estate.switches, wantsInstanceView(call)) };
  }
  if (childType.toLowerCase() === 'instanceview' && childName === undefined)
    return readInstanceView(resource);
  const children = childrenOf(resource, childType);
  if (!children) return unknownPath(`${resource.type}/${childType}`, 'GET');
  if (childName === undefined) return paged(context, call, children, (child) => child);
  const child = children.find((entry) => String(entry['name']).toLowerCase() === childName.toLowerCase());
  return child ? { status: 200, body: child } : childNotFound(call.path);
}

/** The answer for a path that leads to no resource. */
function readMissing(context: ArmContext, call: ArmCall): Reply {
  const parts = call.path.split('/').slice(1);
  const [, subscriptionId = '', , group = '', , provider, ...rest] = parts;
  if (provider === undefined || rest.length === 0) return unknownPath(call.path, 'GET');
  const type = [provider, ...rest.filter((_part, index) => index % 2 === 0)].join('/');
  const action = `${type}/read`;
  if (!context.world.directory.can(call.caller, action, call.path)) {
    return forbidden(call.caller, call.callerName, action, call.path);
  }
  if (!context.world.inventory.group(subscriptionId, group)) return groupNotFound(group);
  return notFound(`${provider}/${rest[0] ?? ''}`, rest[1] ?? '', group);
}

function readInstanceView(resource: Resource): Reply {
  if (isKind(resource, 'vm')) return { status: 200, body: instanceView(resource) };
  const body = isKind(resource, 'instance')
    ? { statuses: [{ code: `PowerState/${resource.source.instance.power}`, level: 'Info' }] }
    : undefined;
  return body ? { status: 200, body } : unknownPath(`${resource.type}/instanceView`, 'GET');
}

/** The resource that a path leads through, and the path parts below it. */
export function splitAtResource(
  context: ArmContext,
  path: string,
): { readonly resource: Resource; readonly rest: readonly string[] } | undefined {
  const parts = path.split('/');
  for (let length = parts.length; length > 5; length -= 1) {
    const resource = context.world.inventory.find(parts.slice(0, length).join('/'));
    if (resource && resource.source.kind !== 'group') return { resource, rest: parts.slice(length) };
  }
  return undefined;
}
