import type { Principal } from '../estate/directory.ts';
import type { Resource } from '../estate/inventory.ts';
import { isKind, readAction } from '../estate/inventory.ts';
import { wireResource } from '../estate/wire.ts';
import { graphInstance, graphMachine, type Json } from '../estate/wire-compute.ts';
import type { World } from '../world.ts';
import type { Row, Table } from './evaluate.ts';

const columns = [
  'id',
  'name',
  'type',
  'tenantId',
  'kind',
  'location',
  'resourceGroup',
  'subscriptionId',
  'managedBy',
  'sku',
  'plan',
  'properties',
  'tags',
  'identity',
  'zones',
  'extendedLocation',
] as const;

function rowOf(world: World, resource: Resource): Row {
  let wire: Json | undefined;
  const rendered = (): Json => (wire ??= wireResource(resource, world.estate.switches));
  return (column) => {
    switch (column) {
      case 'id':
        return resource.id;
      case 'name':
        return resource.name;
      case 'type':
        // Types are always lower case here, whatever ARM writes; so are the names of resource groups.
        return resource.source.kind === 'group'
          ? 'microsoft.resources/subscriptions/resourcegroups'
          : resource.type.toLowerCase();
      case 'tenantId':
        return resource.subscription.tenant;
      case 'subscriptionId':
        return resource.subscription.id;
      case 'resourceGroup':
        return resource.group.name.toLowerCase();
      case 'location':
        return resource.location;
      case 'tags':
        return Object.keys(resource.tags).length > 0 ? resource.tags : null;
      case 'properties':
        if (isKind(resource, 'vm'))
          return graphMachine(resource, world.estate.switches, world.laggedPower(resource));
        return isKind(resource, 'instance') ? graphInstance(resource) : rendered()['properties'];
      case 'kind':
        return '';
      default:
        return rendered()[column];
    }
  };
}

function subscriptionRows(world: World, subscriptions: ReadonlySet<string>): Row[] {
  return world.inventory
    .subscriptions()
    .filter((entry) => subscriptions.has(entry.id.toLowerCase()))
    .map((entry) => {
      const cells: Json = {
        id: `/subscriptions/${entry.id}`,
        name: entry.name,
        type: 'microsoft.resources/subscriptions',
        tenantId: entry.tenant,
        subscriptionId: entry.id,
        kind: '',
        location: '',
        resourceGroup: '',
        properties: { state: entry.state, managedByTenants: [] },
      };
      return (column) => cells[column];
    });
}

/**
 * A table of Resource Graph with what the caller may read in these subscriptions (lower-case ids); `undefined` for a
 * table that is not served.
 */
export function openTable(
  world: World,
  name: string,
  caller: Principal,
  subscriptions: ReadonlySet<string>,
): Table | undefined {
  const readable = (resource: Resource): boolean =>
    subscriptions.has(resource.subscription.id.toLowerCase()) &&
    world.directory.can(caller, readAction(resource), resource.id);
  const rows = (list: readonly Resource[]): Row[] =>
    list.filter(readable).map((resource) => rowOf(world, resource));
  switch (name.toLowerCase()) {
    case 'resources':
      return {
        columns,
        rows: rows(
          world.inventory.all().filter(({ source }) => source.kind !== 'group' && source.kind !== 'instance'),
        ),
      };
    case 'resourcecontainers':
      return {
        columns,
        rows: [
          ...subscriptionRows(world, subscriptions),
          ...rows(world.inventory.ofType('Microsoft.Resources/resourceGroups')),
        ],
      };
    case 'computeresources':
      return {
        columns,
        rows: rows(world.inventory.ofType('Microsoft.Compute/virtualMachineScaleSets/virtualMachines')),
      };
    default:
      return undefined;
  }
}
