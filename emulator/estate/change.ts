import type { World } from '../world.ts';
import type { Resource } from './inventory.ts';
import { mergePatch } from './patch.ts';
import type { Estate } from './schema.ts';

/** Changes the estate by a JSON merge patch or by a function on a copy. Throws `EstateError` and changes nothing. */
export function changeEstate(
  world: World,
  change: Record<string, unknown> | ((estate: Estate) => void),
): void {
  if (typeof change !== 'function') {
    world.replaceEstate(mergePatch(world.estate, change));
    return;
  }
  const copy = structuredClone(world.estate);
  change(copy);
  world.replaceEstate(copy);
}

/** The part of the estate's document that a resource was written from. */
function entryOf(resource: Resource): object {
  const { source } = resource;
  switch (source.kind) {
    case 'vm':
    case 'nic':
      return source.vm;
    case 'bastion':
    case 'publicIp':
      return source.bastion;
    case 'network':
      return source.network;
    case 'securityGroup':
      return source.securityGroup;
    case 'scaleSet':
      return source.scaleSet;
    case 'instance':
      return source.instance;
    case 'group':
      return resource.group;
    default:
      return source satisfies never;
  }
}

/** Merges settings into one resource's entry. Throws if there is no such resource, or `EstateError` if one is wrong. */
export function changeResource(world: World, id: string, set: Record<string, unknown>): void {
  const resource = world.inventory.find(id);
  if (!resource) throw new Error(`The estate has no resource ${id}`);
  const entry = entryOf(resource);
  const before = structuredClone(entry);
  Object.assign(entry, mergePatch(entry, set));
  try {
    world.replaceEstate(world.estate);
  } catch (error) {
    Object.assign(entry, before);
    throw error;
  }
}
