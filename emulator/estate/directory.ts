import { guidFrom } from './ids.ts';
import type { Role } from './roles.ts';
import { findRole, grants } from './roles.ts';
import type { Estate, EstateTenant, EstateUser } from './schema.ts';

/** Who calls, in one tenant. */
export interface Principal {
  /** UPN of a user, client id of a service principal: the name that role assignments use. */
  readonly key: string;
  readonly tenantId: string;
  readonly oid: string;
  readonly kind: 'user' | 'servicePrincipal';
}

/** A role that a principal holds, and where. */
interface Assignment {
  readonly role: Role;
  readonly scope: string;
  readonly principalOid: string;
  readonly principalKind: Principal['kind'];
}

/** People, programs and what they may do. */
export interface Directory {
  tenant(idOrDomain: string): EstateTenant | undefined;
  user(upn: string): EstateUser | undefined;
  isMember(user: EstateUser, tenantId: string): boolean;
  /** A guest has another object id in each tenant. */
  oidOf(user: EstateUser, tenantId: string): string;
  /** Whether `action` is granted on the resource with this id, in this tenant. */
  can(principal: Principal, action: string, resourceId: string): boolean;
  /** Whether the principal holds any role at or below a subscription: only then is it listed. */
  canSeeSubscription(principal: Principal, subscriptionId: string): boolean;
  /** Assignments that apply to a resource, inherited ones included. */
  assignmentsFor(principal: Principal, resourceId: string): readonly Assignment[];
}

/** Indexes an estate's people and roles. */
export function createDirectory(estate: Estate): Directory {
  const tenants = new Map<string, EstateTenant>();
  for (const tenant of estate.tenants) {
    tenants.set(tenant.id.toLowerCase(), tenant);
    tenants.set(tenant.domain.toLowerCase(), tenant);
  }
  const users = new Map(estate.users.map((user) => [user.upn.toLowerCase(), user]));
  const held = new Map<string, { readonly role: Role; readonly scope: string }[]>();
  for (const assignment of estate.roleAssignments) {
    const role = findRole(estate, assignment.role);
    if (!role) continue;
    const key = assignment.principal.toLowerCase();
    const list = held.get(key) ?? [];
    list.push({ role, scope: assignment.scope.toLowerCase().replace(/\/+$/, '') });
    held.set(key, list);
  }
  const covers = (scope: string, tenantId: string, id: string): boolean =>
    scope.startsWith('/tenants/')
      ? scope === `/tenants/${tenantId.toLowerCase()}`
      : id === scope || id.startsWith(`${scope}/`);
  const assignmentsFor = (principal: Principal, resourceId: string) => {
    const id = resourceId.toLowerCase();
    return (held.get(principal.key.toLowerCase()) ?? []).filter((entry) =>
      covers(entry.scope, principal.tenantId, id),
    );
  };
  return {
    tenant: (idOrDomain) => tenants.get(idOrDomain.toLowerCase()),
    user: (upn) => users.get(upn.toLowerCase()),
    isMember: (user, tenantId) =>
      [user.home, ...user.guestOf].some((id) => id.toLowerCase() === tenantId.toLowerCase()),
    oidOf: (user, tenantId) =>
      user.oid !== undefined && user.home.toLowerCase() === tenantId.toLowerCase()
        ? user.oid
        : guidFrom(`user ${user.upn.toLowerCase()} in ${tenantId.toLowerCase()}`),
    can: (principal, action, resourceId) =>
      assignmentsFor(principal, resourceId).some((entry) => grants(entry.role, action)),
    canSeeSubscription: (principal, subscriptionId) => {
      const id = `/subscriptions/${subscriptionId.toLowerCase()}`;
      return (held.get(principal.key.toLowerCase()) ?? []).some(
        (entry) => covers(entry.scope, principal.tenantId, id) || entry.scope.startsWith(`${id}/`),
      );
    },
    assignmentsFor: (principal, resourceId) =>
      assignmentsFor(principal, resourceId).map((entry) => ({
        ...entry,
        principalOid: principal.oid,
        principalKind: principal.kind,
      })),
  };
}
