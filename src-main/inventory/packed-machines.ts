import { z } from 'zod';
import { type VmSummary, vmSummarySchema } from '../../shared/inventory.ts';
import { idKey } from '../azure/resource-id.ts';

const place = z.number().int().min(0);

/**
 * Machines as they lie on disk: what thousands share stands once in a list of texts, and each machine names its place there.
 * A machine: place of its id up to the last slash, last part of its id, name, places of kind, group, subscription, tenant, location,
 * size, system, power, account, scale set and network, then Azure's own id, address and tags.
 */
export const packedMachinesSchema = z.object({
  texts: z.array(z.string()),
  machines: z.array(
    z.tuple([
      place,
      z.string(),
      z.string(),
      z.array(place).length(11),
      z.string(),
      z.string(),
      z.record(z.string(), z.string()),
    ]),
  ),
});
export type PackedMachines = z.infer<typeof packedMachinesSchema>;

/** The shared texts of a machine, in the order in which their places are written. */
const sharedFields = [
  'kind',
  'resourceGroup',
  'subscriptionId',
  'tenantId',
  'location',
  'size',
  'os',
  'power',
  'adminUsername',
  'scaleSet',
  'networkId',
] as const satisfies readonly (keyof VmSummary)[];

/** Packs machines for the disk. */
export function packMachines(machines: readonly VmSummary[]): PackedMachines {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, texts.length);
    return texts.push(text) - 1;
  };
  return {
    texts,
    machines: machines.map((vm) => {
      const slash = vm.armId.lastIndexOf('/') + 1;
      return [
        placeOf(vm.armId.slice(0, slash)),
        vm.armId.slice(slash),
        vm.name,
        sharedFields.map((field) => placeOf(vm[field])),
        vm.vmId,
        vm.privateIp,
        vm.tags,
      ];
    }),
  };
}

/** The machines again. Throws if something in them cannot be: a damaged file. */
export function unpackMachines({ texts, machines }: PackedMachines): VmSummary[] {
  const at = (index: number): string => {
    const text = texts[index];
    if (text === undefined) throw new Error(`no text stands at ${index}`);
    return text;
  };
  // What all machines of a kind have in common is looked at once, not fifty thousand times.
  const { kind, os, power } = vmSummarySchema.shape;
  const kinds = new Map(texts.map((text) => [text, kind.safeParse(text).data]));
  const systems = new Map(texts.map((text) => [text, os.safeParse(text).data]));
  const powers = new Map(texts.map((text) => [text, power.safeParse(text).data]));
  const known = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('a value is not known');
    return value;
  };
  return machines.map(([prefix, last, name, shared, vmId, privateIp, tags]) => {
    const armId = `${at(prefix)}${last}`;
    const field = (index: number): string => at(shared[index] ?? -1);
    return {
      id: idKey(armId),
      armId,
      kind: known(kinds.get(field(0))),
      name,
      resourceGroup: field(1),
      subscriptionId: field(2),
      tenantId: field(3),
      location: field(4),
      size: field(5),
      os: known(systems.get(field(6))),
      power: known(powers.get(field(7))),
      vmId,
      adminUsername: field(8),
      scaleSet: field(9),
      privateIp,
      networkId: field(10),
      tags,
    };
  });
}
