import { guidFrom, parseArmId } from '../estate/ids.ts';
import { builtInRoles, findRole, type Role } from '../estate/roles.ts';
import type { Reply } from '../net/http.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { armError, forbidden } from './errors.ts';
import { paged } from './paging.ts';

const marker = /^(.*)\/providers\/microsoft\.authorization\/([a-z]+)(?:\/([^/]+))?$/i;

/** Whether a path asks the authorization provider about a scope. */
export function isAuthorizationPath(path: string): boolean {
  return marker.test(path);
}

function wireRole(role: Role, subscriptionId: string): Record<string, unknown> {
  const { actions, notActions, dataActions, notDataActions } = role;
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`,
    name: role.id,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: role.name,
      type: role.builtIn ? 'BuiltInRole' : 'CustomRole',
      description: role.name,
      assignableScopes: ['/'],
      permissions: [{ actions, notActions, dataActions, notDataActions }],
    },
  };
}

/** Permissions, role assignments, role definitions and locks of a scope. */
export function readAuthorization(context: ArmContext, call: ArmCall): Reply {
  const match = marker.exec(call.path);
  const scope = match?.[1] ?? '';
  const what = (match?.[2] ?? '').toLowerCase();
  const name = match?.[3];
  const { directory, estate } = context.world;
  const held = directory.assignmentsFor(call.caller, scope);
  const subscriptionId = parseArmId(scope)?.subscriptionId ?? '';
  if (call.call.method !== 'GET') {
    return armError(405, 'MethodNotAllowed', 'The emulator serves only reads of the authorization provider.');
  }
  if (what === 'permissions') {
    if (held.length === 0) {
      return forbidden(call.caller, call.callerName, 'Microsoft.Authorization/permissions/read', scope);
    }
    const value = held.map(({ role: { actions, notActions, dataActions, notDataActions } }) => ({
      actions,
      notActions,
      dataActions,
      notDataActions,
    }));
    return { status: 200, body: { value } };
  }
  if (!directory.can(call.caller, `Microsoft.Authorization/${match?.[2] ?? ''}/read`, scope)) {
    return forbidden(call.caller, call.callerName, `Microsoft.Authorization/${match?.[2] ?? ''}/read`, scope);
  }
  if (what === 'roleassignments') {
    return paged(context, call, held, (entry) => {
      const id = guidFrom(`assignment ${entry.principalOid} ${entry.role.name} ${entry.scope}`);
      return {
        id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${id}`,
        name: id,
        type: 'Microsoft.Authorization/roleAssignments',
        properties: {
          roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${entry.role.id}`,
          principalId: entry.principalOid,
          principalType: entry.principalKind === 'user' ? 'User' : 'ServicePrincipal',
          scope: entry.scope,
        },
      };
    });
  }
  if (what === 'roledefinitions') {
    const own = estate.roles.map((role) => findRole(estate, role.name)).filter((role) => role !== undefined);
    const roles = [...own, ...builtInRoles];
    if (name === undefined) return paged(context, call, roles, (role) => wireRole(role, subscriptionId));
    const role = roles.find((entry) => entry.id === name.toLowerCase());
    return role
      ? { status: 200, body: wireRole(role, subscriptionId) }
      : armError(
          404,
          'RoleDefinitionDoesNotExist',
          `The specified role definition with ID '${name}' does not exist.`,
        );
  }
  if (what === 'locks') return { status: 200, body: { value: [] } };
  return armError(404, 'InvalidResourceType', `The resource type '${what}' could not be found.`);
}
