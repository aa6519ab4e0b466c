/** The parts of a resource id that calls need. */
export interface ResourceName {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** Lower-cases an id for use as a key: ARM's casing is not stable. */
export function idKey(id: string): string {
  return id.toLowerCase();
}

/** Splits `/subscriptions/S/resourceGroups/G/providers/…/NAME`; null if it is not of that form. */
export function parseResourceId(id: string): ResourceName | null {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/(.+)$/i.exec(id);
  if (match === null) return null;
  const [, subscriptionId = '', resourceGroup = '', rest = ''] = match;
  const name = rest.split('/').at(-1) ?? '';
  return name === '' ? null : { subscriptionId, resourceGroup, name };
}

/** The virtual network's id out of a subnet's id, lower-cased; null if it is not a subnet's id. */
export function networkOfSubnet(subnetId: string): string | null {
  const index = subnetId.toLowerCase().indexOf('/subnets/');
  return index < 0 ? null : subnetId.slice(0, index).toLowerCase();
}

/** Last segment of an id. */
export function shortName(id: string): string {
  return id.split('/').at(-1) ?? id;
}
