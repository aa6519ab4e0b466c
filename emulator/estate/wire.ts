import type { Resource } from './inventory.ts';
import { isKind } from './inventory.ts';
import type { Switches } from './switches.ts';
import type { Json } from './wire-compute.ts';
import { wireInstance, wireMachine, wireScaleSet } from './wire-compute.ts';
import { wireBastion, wireNetwork, wireNic, wirePublicIp, wireSecurityGroup } from './wire-network.ts';

/** A resource as ARM writes it. `expand` adds the instance view of a machine. */
export function wireResource(resource: Resource, switches: Switches, expand = false): Json {
  if (isKind(resource, 'vm')) return wireMachine(resource, switches, expand);
  if (isKind(resource, 'nic')) return wireNic(resource);
  if (isKind(resource, 'network')) return wireNetwork(resource);
  if (isKind(resource, 'securityGroup')) return wireSecurityGroup(resource);
  if (isKind(resource, 'bastion')) return wireBastion(resource, switches);
  if (isKind(resource, 'publicIp')) return wirePublicIp(resource);
  if (isKind(resource, 'scaleSet')) return wireScaleSet(resource);
  if (isKind(resource, 'instance')) return wireInstance(resource, expand);
  return {
    id: resource.id,
    name: resource.name,
    type: resource.type,
    location: resource.location,
    tags: resource.tags,
    properties: { provisioningState: 'Succeeded' },
  };
}
