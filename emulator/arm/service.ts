import { randomUUID } from 'node:crypto';
import { parseArmId } from '../estate/ids.ts';
import { graphQuery } from '../graph/service.ts';
import type { Call, Handler, Outcome, Reply } from '../net/http.ts';
import { pause } from '../net/http.ts';
import { listSubscriptions, listTenants, readSubscription } from './account.ts';
import { act } from './actions.ts';
import { authenticate, claimsChallenge, wrongTenant } from './authenticate.ts';
import { isAuthorizationPath, readAuthorization } from './authorization.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { armError, forbidden, groupNotFound, subscriptionNotFound, unknownPath } from './errors.ts';
import { listAnything, listResources, readOne } from './reads.ts';
import { write } from './writes.ts';

const readsPerHour = 12_000;

function faulty(context: ArmContext, call: Call): Outcome | undefined {
  const place = { path: call.url.pathname };
  const { faults } = context.world;
  if (faults.take('resetArm', place)) return 'reset';
  const throttle = faults.take('throttleArm', place);
  if (throttle) {
    const reply = armError(429, 'TooManyRequests', 'The request is being throttled.');
    return { ...reply, headers: { 'Retry-After': String(throttle.retryAfterSeconds) } };
  }
  const failure = faults.take('failArm', place);
  if (failure) {
    const message = 'An error has occurred.';
    return failure.envelope
      ? armError(failure.status, failure.code, message)
      : { status: failure.status, body: { code: failure.code, message } };
  }
  return faults.take('claimsChallenge') ? claimsChallenge() : undefined;
}

/** `…/providers/{namespace}/{type}` below a subscription or group, or a type below a scale set. */
const collection = /^(\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?)\/providers\/([^/]+)\/([^/]+)$/i;
const instances =
  /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/virtualMachineScaleSets\/[^/]+)\/virtualMachines$/i;
const operation = /\/(operations|operationResults)\/([0-9a-f-]{36})$/i;

function listAll(context: ArmContext, call: ArmCall, within: string, type: string): Reply {
  const place = parseArmId(within);
  if (place?.resourceGroup && !context.world.inventory.group(place.subscriptionId, place.resourceGroup)) {
    return groupNotFound(place.resourceGroup);
  }
  if (!context.world.directory.canSeeSubscription(call.caller, place?.subscriptionId ?? '')) {
    return forbidden(call.caller, call.callerName, `${type}/read`, within);
  }
  return listResources(context, call, type, within);
}

async function route(context: ArmContext, call: ArmCall): Promise<Reply> {
  const { method } = call.call;
  const { path } = call;
  const lower = path.toLowerCase();
  if (lower === '/tenants' && method === 'GET') return listTenants(context, call);
  if (lower === '/subscriptions' && method === 'GET') return listSubscriptions(context, call);
  if (lower === '/providers/microsoft.resourcegraph/resources' && method === 'POST') {
    return graphQuery(context, call);
  }
  const polled = operation.exec(path);
  if (polled && method === 'GET') {
    const id = (polled[2] ?? '').toLowerCase();
    const reply =
      polled[1]?.toLowerCase() === 'operations' ? context.operations.poll(id) : context.operations.result(id);
    return reply ?? armError(404, 'OperationNotFound', `The operation ${id} was not found.`);
  }
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1];
  if (subscriptionId === undefined) return unknownPath(path, method);
  const subscription = context.world.inventory.subscription(subscriptionId);
  if (!subscription) return subscriptionNotFound(subscriptionId);
  if (subscription.tenant.toLowerCase() !== call.caller.tenantId.toLowerCase()) {
    return wrongTenant(call.caller.tenantId, subscription.tenant);
  }
  if (isAuthorizationPath(path)) return readAuthorization(context, call);
  if (method === 'PUT' || method === 'DELETE') return write(context, call);
  if (method === 'POST') return act(context, call);
  if (method !== 'GET') return unknownPath(path, method);
  const rest = path.split('/').slice(3);
  if (rest.length === 0) return readSubscription(context, call, subscriptionId);
  if (rest.length === 1 && rest[0]?.toLowerCase() === 'resourcegroups') {
    return listResources(
      context,
      call,
      'Microsoft.Resources/resourceGroups',
      `/subscriptions/${subscriptionId}`,
    );
  }
  if (rest.at(-1)?.toLowerCase() === 'resources' && (rest.length === 1 || rest.length === 3)) {
    return listAnything(context, call, path.slice(0, path.lastIndexOf('/')));
  }
  if (rest.length === 2 && rest[0]?.toLowerCase() === 'resourcegroups') return readGroup(context, call);
  const list = collection.exec(path);
  if (list) return listAll(context, call, list[1] ?? '', `${list[2] ?? ''}/${list[3] ?? ''}`);
  const members = instances.exec(path);
  if (members) {
    return listResources(
      context,
      call,
      'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
      members[1] ?? '',
    );
  }
  return readOne(context, call);
}

function readGroup(context: ArmContext, call: ArmCall): Reply {
  const right = 'Microsoft.Resources/subscriptions/resourceGroups/read';
  if (!context.world.directory.can(call.caller, right, call.path)) {
    return forbidden(call.caller, call.callerName, right, call.path);
  }
  const found = context.world.inventory.find(call.path);
  if (!found) return groupNotFound(call.path.split('/').at(-1) ?? '');
  const { id, name, type, location, tags } = found;
  return {
    status: 200,
    body: { id, name, type, location, tags, properties: { provisioningState: 'Succeeded' } },
  };
}

async function answer(context: ArmContext, call: Call): Promise<Outcome> {
  const faultyOutcome = faulty(context, call);
  if (faultyOutcome !== undefined) return faultyOutcome;
  const apiVersion = call.url.searchParams.get('api-version');
  if (apiVersion === null) {
    return armError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(apiVersion)) {
    return armError(400, 'InvalidApiVersionParameter', `The api-version '${apiVersion}' is invalid.`);
  }
  const identity = await authenticate(call.headers.authorization, context.signer);
  if (!('caller' in identity)) return identity;
  const path = decodeURIComponent(call.url.pathname).replace(/\/+/g, '/').replace(/\/$/, '');
  return route(context, { call, path, caller: identity.caller, callerName: identity.name, apiVersion });
}

/** The resource manager. */
export function createArm(context: ArmContext): Handler {
  let reads = readsPerHour;
  return async (call) => {
    context.world.counters.armCalls += 1;
    const delay = context.world.faults.take('delayArm', { path: call.url.pathname })?.ms ?? 0;
    await pause(context.world.latencies.callMs + delay);
    const outcome = await answer(context, call);
    context.world.log({
      plane: 'arm',
      method: call.method,
      host: call.host,
      path: call.url.pathname + call.url.search,
      status: typeof outcome === 'string' ? 0 : outcome.status,
    });
    if (typeof outcome === 'string') return outcome;
    reads = reads > 1 ? reads - 1 : readsPerHour;
    const requestId = randomUUID();
    const correlation = call.headers['x-ms-correlation-request-id'];
    const isSubscription = call.url.pathname.toLowerCase().startsWith('/subscriptions/');
    return {
      ...outcome,
      headers: {
        'Cache-Control': 'no-cache',
        'x-ms-request-id': requestId,
        'x-ms-correlation-request-id': typeof correlation === 'string' ? correlation : randomUUID(),
        'x-ms-routing-request-id': `WESTEUROPE:${new Date(context.world.now()).toISOString()}:${requestId}`,
        [isSubscription
          ? 'x-ms-ratelimit-remaining-subscription-reads'
          : 'x-ms-ratelimit-remaining-tenant-reads']: String(reads),
        ...(call.url.pathname.toLowerCase().includes('/microsoft.compute/')
          ? { 'x-ms-ratelimit-remaining-resource': `Microsoft.Compute/GetSubscriptionMaximum;${reads}` }
          : {}),
        'x-content-type-options': 'nosniff',
        ...outcome.headers,
      },
    };
  };
}
