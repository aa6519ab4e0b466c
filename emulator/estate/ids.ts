import { createHash } from 'node:crypto';

/** The parts of an ARM id that the emulator needs; casing is kept as written by the caller. */
export interface ArmPath {
  readonly subscriptionId: string;
  /** Empty for a resource of the subscription itself. */
  readonly resourceGroup: string;
  /** `Microsoft.Compute`; empty for a subscription or a resource group. */
  readonly provider: string;
  /** Type and name pairs after the provider, outermost first. */
  readonly segments: readonly (readonly [type: string, name: string])[];
}

/** A GUID that depends on `seed` only, so that an estate has the same ids on every start. */
export function guidFrom(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The id of a resource group. */
export function groupId(subscriptionId: string, resourceGroup: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
}

/** The id of a top-level resource, e.g. `resourceId(sub, rg, 'Microsoft.Network/virtualNetworks', 'hub')`. */
export function resourceId(
  subscriptionId: string,
  resourceGroup: string,
  type: string,
  name: string,
): string {
  return `${groupId(subscriptionId, resourceGroup)}/providers/${type}/${name}`;
}

/** Splits an ARM id; `undefined` when it is not one. Casing of keywords does not matter, as in the service. */
export function parseArmId(id: string): ArmPath | undefined {
  const parts = id.split('/');
  if (parts[0] !== '' || parts[1]?.toLowerCase() !== 'subscriptions' || !parts[2]) return undefined;
  const subscriptionId = parts[2];
  let at = 3;
  let resourceGroup = '';
  if (parts[at]?.toLowerCase() === 'resourcegroups') {
    if (!parts[at + 1]) return undefined;
    resourceGroup = parts[at + 1] ?? '';
    at += 2;
  }
  if (at === parts.length) return { subscriptionId, resourceGroup, provider: '', segments: [] };
  if (parts[at]?.toLowerCase() !== 'providers' || !parts[at + 1]) return undefined;
  const provider = parts[at + 1] ?? '';
  const segments: [string, string][] = [];
  for (let index = at + 2; index < parts.length; index += 2) {
    const type = parts[index];
    const name = parts[index + 1];
    if (!type || !name) return undefined;
    segments.push([type, name]);
  }
  return segments.length === 0 ? undefined : { subscriptionId, resourceGroup, provider, segments };
}

/**
 * Resolves a reference written in an estate to an id: a full ARM id, `name` (same resource group) or
 * `group/name` (same subscription).
 */
export function resolveReference(
  text: string,
  type: string,
  from: { readonly subscriptionId: string; readonly resourceGroup: string },
): string {
  if (text.startsWith('/')) return text;
  const parts = text.split('/');
  const name = parts.at(-1) ?? text;
  const group = parts.length > 1 ? (parts[0] ?? from.resourceGroup) : from.resourceGroup;
  return resourceId(from.subscriptionId, group, type, name);
}

/** The id of the virtual network that a subnet id belongs to. */
export function networkOfSubnet(subnetId: string): string {
  return subnetId.replace(/\/subnets\/[^/]+$/i, '');
}

/**
 * The same id as another part of the service would spell it. ARM does not keep the casing of ids stable; clients that
 * compare ids byte by byte must fail here rather than at a customer's.
 */
export function respell(id: string): string {
  return id
    .replace(/\/resourceGroups\/([^/]+)/i, (_all, group: string) => `/resourceGroups/${group.toUpperCase()}`)
    .replace(/\/subscriptions\//i, '/subscriptions/');
}
