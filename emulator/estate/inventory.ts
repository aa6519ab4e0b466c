import { guidFrom, groupId, networkOfSubnet, resolveReference, resourceId } from './ids.ts';
import type {
  Estate,
  EstateBastion,
  EstateGroup,
  EstateMachine,
  EstateNetwork,
  EstateScaleSet,
  EstateSecurityGroup,
  EstateSubscription,
} from './schema.ts';

/** What a resource was written from, by kind. */
export type ResourceSource =
  | { readonly kind: 'group' }
  | { readonly kind: 'network'; readonly network: EstateNetwork }
  | { readonly kind: 'securityGroup'; readonly securityGroup: EstateSecurityGroup }
  | { readonly kind: 'bastion'; readonly bastion: EstateBastion }
  | { readonly kind: 'publicIp'; readonly bastion: EstateBastion }
  | { readonly kind: 'vm'; readonly vm: EstateMachine }
  | { readonly kind: 'nic'; readonly vm: EstateMachine }
  | { readonly kind: 'scaleSet'; readonly scaleSet: EstateScaleSet }
  | {
      readonly kind: 'instance';
      readonly scaleSet: EstateScaleSet;
      readonly instance: EstateScaleSet['instances'][number];
    };

/** One resource of the estate, with the place it stands in. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly subscription: EstateSubscription;
  readonly group: EstateGroup;
  readonly source: ResourceSource;
}

/** A `Resource` of one kind. */
export type ResourceOf<K extends ResourceSource['kind']> = Resource & {
  readonly source: Extract<ResourceSource, { kind: K }>;
};

/** Every resource of an estate, found by id or by type. */
export interface Inventory {
  /** By id, in any casing. */
  find(id: string): Resource | undefined;
  /** By id, only if it is of this kind. */
  findKind<K extends ResourceSource['kind']>(kind: K, id: string): ResourceOf<K> | undefined;
  /** All resources of a type, in any casing, in the estate's order. */
  ofType(type: string): readonly Resource[];
  /** All resources. */
  all(): readonly Resource[];
  subscription(id: string): EstateSubscription | undefined;
  group(subscriptionId: string, name: string): EstateGroup | undefined;
  subscriptions(): readonly EstateSubscription[];
}

/** Whether a resource is of a kind; narrows its source. */
export function isKind<K extends ResourceSource['kind']>(
  resource: Resource,
  kind: K,
): resource is ResourceOf<K> {
  return resource.source.kind === kind;
}

/** The action that reading a resource needs. */
export function readAction(resource: Resource): string {
  return resource.source.kind === 'group'
    ? 'Microsoft.Resources/subscriptions/resourceGroups/read'
    : `${resource.type}/read`;
}

/** The id of a VM's network interface. */
export function nicId(resource: Resource): string {
  return resourceId(
    resource.subscription.id,
    resource.group.name,
    'Microsoft.Network/networkInterfaces',
    `${resource.name.replace(/-nic$/, '')}-nic`,
  );
}

/** The id of a subnet that an estate writes as `network/subnet`, `group/network/subnet` or in full. */
function subnetId(text: string, from: Pick<Resource, 'subscription' | 'group'>): string {
  if (text.startsWith('/')) return text;
  const parts = text.split('/');
  const [group, network, subnet] = parts.length > 2 ? parts : [from.group.name, ...parts];
  return `${resourceId(from.subscription.id, group ?? from.group.name, 'Microsoft.Network/virtualNetworks', network ?? '')}/subnets/${subnet ?? 'default'}`;
}

/** The id of the virtual network that a Bastion stands in. */
export function networkOfBastion(resource: ResourceOf<'bastion'>): string {
  return resolveReference(resource.source.bastion.network, 'Microsoft.Network/virtualNetworks', {
    subscriptionId: resource.subscription.id,
    resourceGroup: resource.group.name,
  });
}

/** The id of the virtual network that a VM or scale-set instance stands in. */
export function networkOfMachine(resource: Resource): string {
  return networkOfSubnet(subnetOfMachine(resource));
}

/** The id of the subnet that a VM, a scale set or one of its instances stands in. */
export function subnetOfMachine(resource: Resource): string {
  const { source } = resource;
  const text =
    source.kind === 'vm' || source.kind === 'nic'
      ? source.vm.subnet
      : source.kind === 'instance' || source.kind === 'scaleSet'
        ? source.scaleSet.subnet
        : undefined;
  return subnetId(text ?? 'none/none', resource);
}

/** The host name of a Bastion's data plane. */
export function dataPlaneHost(resource: ResourceOf<'bastion'>): string {
  return (
    resource.source.bastion.dnsName ?? `bst-${guidFrom(resource.id.toLowerCase())}.bastion.emulated.example`
  );
}

/** The data pod that serves a Developer Bastion; the host in the resource is only its front door. */
export function podHost(resource: ResourceOf<'bastion'>): string {
  return `pod-${guidFrom(resource.id.toLowerCase()).slice(0, 8)}.bastion.emulated.example`;
}

/** Lists every resource of an estate. Linear in its size; nothing is rendered yet. */
export function createInventory(estate: Estate): Inventory {
  const byId = new Map<string, Resource>();
  const byType = new Map<string, Resource[]>();
  const all: Resource[] = [];
  const add = (resource: Resource): void => {
    all.push(resource);
    byId.set(resource.id.toLowerCase(), resource);
    const type = resource.type.toLowerCase();
    const list = byType.get(type);
    if (list) list.push(resource);
    else byType.set(type, [resource]);
  };
  for (const subscription of estate.subscriptions) {
    for (const group of subscription.resourceGroups) addGroup(subscription, group, add);
  }
  const subscriptions = new Map(estate.subscriptions.map((entry) => [entry.id.toLowerCase(), entry]));
  return {
    find: (id) => byId.get(id.toLowerCase()),
    findKind<K extends ResourceSource['kind']>(kind: K, id: string) {
      const found = byId.get(id.toLowerCase());
      return found && isKind(found, kind) ? found : undefined;
    },
    ofType: (type) => byType.get(type.toLowerCase()) ?? [],
    all: () => all,
    subscription: (id) => subscriptions.get(id.toLowerCase()),
    group: (subscriptionId, name) => byId.get(groupId(subscriptionId, name).toLowerCase())?.group,
    subscriptions: () => estate.subscriptions,
  };
}

function addGroup(
  subscription: EstateSubscription,
  group: EstateGroup,
  add: (resource: Resource) => void,
): void {
  const place = { subscription, group };
  const entry = (
    type: string,
    from: {
      readonly name: string;
      readonly location?: string | undefined;
      readonly tags: Record<string, string>;
    },
    source: ResourceSource,
    name = from.name,
  ): void =>
    add({
      ...place,
      id: resourceId(subscription.id, group.name, type, name),
      type,
      name,
      location: from.location ?? group.location,
      tags: from.tags,
      source,
    });
  add({
    ...place,
    id: groupId(subscription.id, group.name),
    type: 'Microsoft.Resources/resourceGroups',
    name: group.name,
    location: group.location,
    tags: group.tags,
    source: { kind: 'group' },
  });
  for (const network of group.networks) {
    entry('Microsoft.Network/virtualNetworks', network, { kind: 'network', network });
  }
  for (const securityGroup of group.securityGroups) {
    entry('Microsoft.Network/networkSecurityGroups', securityGroup, { kind: 'securityGroup', securityGroup });
  }
  for (const bastion of group.bastions) {
    entry('Microsoft.Network/bastionHosts', bastion, { kind: 'bastion', bastion });
    if (bastion.sku !== 'Developer' && !bastion.enablePrivateOnlyBastion) {
      entry(
        'Microsoft.Network/publicIPAddresses',
        bastion,
        { kind: 'publicIp', bastion },
        `${bastion.name}-pip`,
      );
    }
  }
  for (const vm of group.vms) {
    entry('Microsoft.Compute/virtualMachines', vm, { kind: 'vm', vm });
    entry('Microsoft.Network/networkInterfaces', vm, { kind: 'nic', vm }, `${vm.name}-nic`);
  }
  for (const scaleSet of group.scaleSets) {
    entry('Microsoft.Compute/virtualMachineScaleSets', scaleSet, { kind: 'scaleSet', scaleSet });
    for (const instance of scaleSet.instances) {
      const set = resourceId(
        subscription.id,
        group.name,
        'Microsoft.Compute/virtualMachineScaleSets',
        scaleSet.name,
      );
      add({
        ...place,
        id: `${set}/virtualMachines/${instance.id}`,
        type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
        name: `${scaleSet.name}_${instance.id}`,
        location: scaleSet.location ?? group.location,
        tags: scaleSet.tags,
        source: { kind: 'instance', scaleSet, instance },
      });
    }
  }
}
