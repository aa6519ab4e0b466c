import type { Subscription, Tenant, VmSummary } from '../../shared/inventory.ts';

/** Instances of one scale set, sorted. */
export interface EstateScaleSet {
  readonly id: string;
  readonly name: string;
  readonly vms: readonly VmSummary[];
}

/** Machines of one resource group, sorted: its scale sets, and the machines that belong to none. */
export interface EstateGroup {
  readonly id: string;
  readonly name: string;
  readonly scaleSets: readonly EstateScaleSet[];
  readonly vms: readonly VmSummary[];
  readonly vmCount: number;
}

/** A subscription with its resource groups, sorted. */
export interface EstateSubscription {
  readonly id: string;
  readonly subscription: Subscription;
  /** In lower case, for the filter. */
  readonly searchName: string;
  readonly groups: readonly EstateGroup[];
  readonly vmCount: number;
}

/** A tenant with its subscriptions, sorted. */
export interface EstateTenant {
  readonly id: string;
  readonly tenant: Tenant;
  readonly subscriptions: readonly EstateSubscription[];
  readonly vmCount: number;
}

/** Everything the user may see, in the shape of the tree. */
export interface Estate {
  readonly tenants: readonly EstateTenant[];
  /** Hosts known by their address only, sorted. */
  readonly hosts: readonly VmSummary[];
  /** Without the hosts. */
  readonly vmCount: number;
}

/** The row of a subscription. */
export function subscriptionRowId(subscriptionId: string): string {
  return `sub:${subscriptionId}`;
}

/** The row of a tenant. */
export function tenantRowId(tenantId: string): string {
  return `tenant:${tenantId}`;
}
