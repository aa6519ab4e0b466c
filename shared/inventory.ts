import { z } from 'zod';
import { appErrorSchema } from './errors.ts';

/** A resource id as Azure Resource Manager writes it, lower-cased: ARM's own casing is not stable. */
export const resourceIdSchema = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\/[^\s]*$/);

/** Operating system family of a virtual machine. */
export const osSchema = z.enum(['linux', 'windows', 'unknown']);
export type Os = z.infer<typeof osSchema>;

/** Power state; `unknown` where Azure gave none or may not be asked. */
export const powerSchema = z.enum([
  'running',
  'starting',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
  'unknown',
]);
export type Power = z.infer<typeof powerSchema>;

/** What a machine is in Azure: a virtual machine, an instance of a uniform scale set, or a host known by its address only. */
export const machineKindSchema = z.enum(['vm', 'instance', 'host']);

/** One machine in the tree. `id` is lower-cased, `armId` as Azure wrote it. */
export const vmSummarySchema = z.object({
  id: resourceIdSchema,
  armId: z.string(),
  kind: machineKindSchema,
  name: z.string(),
  resourceGroup: z.string(),
  subscriptionId: z.string(),
  tenantId: z.string(),
  location: z.string(),
  size: z.string(),
  os: osSchema,
  power: powerSchema,
  /** Azure's own id of this incarnation of the machine: a machine made anew has another one. Empty if unknown. */
  vmId: z.string(),
  adminUsername: z.string(),
  /** Name of the scale set that it is a member of; empty if of none. */
  scaleSet: z.string(),
  /** Address of its primary network interface; empty if unknown. */
  privateIp: z.string(),
  /** Lower-cased id of its virtual network; empty if unknown. */
  networkId: z.string(),
  tags: z.record(z.string(), z.string()),
});
export type VmSummary = Readonly<z.infer<typeof vmSummarySchema>>;

/** A directory (tenant) the user is a member of, and what is known of the sign-in to it. */
export const tenantSchema = z.object({
  id: z.string(),
  name: z.string(),
  domain: z.string(),
  /** The account whose tokens are used in it. */
  accountId: z.string(),
  /** `loading` until its answers are in; `partial`: some of its subscriptions failed; `failed` keeps the tenants that work. */
  state: z.enum(['loading', 'ready', 'partial', 'failed']),
  error: appErrorSchema.optional(),
});
export type Tenant = Readonly<z.infer<typeof tenantSchema>>;

/** A subscription in the tree. */
export const subscriptionSchema = z.object({
  id: z.string(),
  name: z.string(),
  tenantId: z.string(),
  /** Why its machines could not be read; those of an earlier reading stay. */
  error: appErrorSchema.optional(),
});
export type Subscription = Readonly<z.infer<typeof subscriptionSchema>>;

/** The list as a whole: what is under way, and how old what is shown is (milliseconds since 1970). */
export const inventoryStatusSchema = z.object({
  state: z.enum(['idle', 'loading', 'ready', 'failed']),
  tenants: z.array(tenantSchema),
  subscriptions: z.array(subscriptionSchema),
  refreshedAtMs: z.number().nullable(),
  error: appErrorSchema.nullable(),
});
export type InventoryStatus = Readonly<z.infer<typeof inventoryStatusSchema>>;

/**
 * Which Bastions reach a virtual network, the one that would be used first. Machines of a network share it; an empty list
 * means that none does.
 */
export const networkReachSchema = z.object({
  /** Lower-cased id of the virtual network. */
  id: z.string(),
  name: z.string(),
  bastions: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type NetworkReach = Readonly<z.infer<typeof networkReachSchema>>;
