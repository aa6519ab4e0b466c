import type { EstateSubscription } from '../estate/schema.ts';
import type { Reply } from '../net/http.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { forbidden, subscriptionNotFound } from './errors.ts';
import { paged } from './paging.ts';

/** `GET /tenants`: every tenant the caller is a member of, whichever tenant the token is for. */
export function listTenants(context: ArmContext, call: ArmCall): Reply {
  const { directory, estate } = context.world;
  const user = directory.user(call.caller.key);
  const tenants = estate.tenants.filter((tenant) =>
    user
      ? directory.isMember(user, tenant.id)
      : tenant.id.toLowerCase() === call.caller.tenantId.toLowerCase(),
  );
  return paged(context, call, tenants, (tenant) => ({
    id: `/tenants/${tenant.id}`,
    tenantId: tenant.id,
    countryCode: 'NL',
    displayName: tenant.name,
    domains: [tenant.domain],
    defaultDomain: tenant.domain,
    tenantType: 'AAD',
    tenantCategory: 'Home',
  }));
}

function wireSubscription(subscription: EstateSubscription): Record<string, unknown> {
  return {
    id: `/subscriptions/${subscription.id}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: subscription.id,
    tenantId: subscription.tenant,
    displayName: subscription.name,
    state: subscription.state,
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'EnterpriseAgreement_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

/** `GET /subscriptions`: those of the token's tenant in which the caller holds a role. */
export function listSubscriptions(context: ArmContext, call: ArmCall): Reply {
  const { directory, inventory } = context.world;
  const visible = inventory
    .subscriptions()
    .filter(
      (subscription) =>
        subscription.tenant.toLowerCase() === call.caller.tenantId.toLowerCase() &&
        directory.canSeeSubscription(call.caller, subscription.id),
    );
  const reply = paged(context, call, visible, wireSubscription);
  return {
    ...reply,
    body: { ...(reply.body as Record<string, unknown>), count: { type: 'Total', value: visible.length } },
  };
}

/** `GET /subscriptions/{id}`. */
export function readSubscription(context: ArmContext, call: ArmCall, id: string): Reply {
  const subscription = context.world.inventory.subscription(id);
  if (!subscription) return subscriptionNotFound(id);
  if (!context.world.directory.canSeeSubscription(call.caller, id)) {
    return forbidden(
      call.caller,
      call.callerName,
      'Microsoft.Resources/subscriptions/read',
      `/subscriptions/${id}`,
    );
  }
  return { status: 200, body: wireSubscription(subscription) };
}
