import type { Reply } from '../net/http.ts';
import type { Principal } from '../estate/directory.ts';

/** An error in ARM's envelope. */
export function armError(
  status: number,
  code: string,
  message: string,
  more: Record<string, unknown> = {},
): Reply {
  return { status, body: { error: { code, message, ...more } } };
}

/** 403 with the sentence that ARM writes. */
export function forbidden(caller: Principal, callerName: string, action: string, scope: string): Reply {
  return armError(
    403,
    'AuthorizationFailed',
    `The client '${callerName}' with object id '${caller.oid}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** 404 for a resource. */
export function notFound(type: string, name: string, group: string): Reply {
  return armError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** 404 for a child of a network resource, which its provider answers in another form. */
export function childNotFound(id: string): Reply {
  return armError(404, 'NotFound', `Resource ${id} not found.`, { details: [] });
}

/** 404 for a resource group. */
export function groupNotFound(name: string): Reply {
  return armError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
}

/** 404 for a subscription. */
export function subscriptionNotFound(id: string): Reply {
  return armError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);
}

/** 404 for a path that no provider serves. */
export function unknownPath(type: string, method: string): Reply {
  return armError(
    404,
    'InvalidResourceType',
    `The resource type '${type}' could not be served with ${method} here.`,
  );
}

/** 409 while another operation runs on the same resource. */
export function busy(id: string): Reply {
  return armError(
    409,
    'AnotherOperationInProgress',
    `Another operation on this or dependent resource is in progress. Resource: ${id}`,
    { details: [] },
  );
}
