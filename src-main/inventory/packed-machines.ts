import { z } from 'zod';
import { type VmSummary, vmSummarySchema } from '../../shared/inventory.ts';
import { idKey } from '../azure/resource-id.ts';

/**
 * Machines as they lie on disk: what thousands share stands once in a list of texts, and each machine names its place there.
 * A machine: place of its id up to the last slash, last part of its id, name, places of kind, group, subscription, tenant, location,
 * size, system, power, account, scale set and network, then Azure's own id, address and tags.
 */
export const packedMachinesSchema = z.object({
  texts: z.array(z.string()),
  /** Looked at by {@link unpackMachines}: a schema for each of fifty thousand costs the start of the app a noticeable time. */
  machines: z.array(z.unknown()),
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
  const at = (index: unknown): string => {
    const text = typeof index === 'number' ? texts[index] : undefined;
    if (text === undefined) throw new Error(`no text stands at ${String(index)}`);
    return text;
  };
  // What all machines of a kind have in common is looked at once, not fifty thousand times.
  const { kind, os, power } = vmSummarySchema.shape;
  const kinds = new Map(texts.map((text) => [text, kind.safeParse(text).data]));
  const systems = new Map(texts.map((text) => [text, os.safeParse(text).data]));
  const powers = new Map(texts.map((text) => [text, power.safeParse(text).data]));
  return machines.map((row) => {
    const [prefix, last, name, shared, vmId, privateIp, tags] = listIn(row);
    const armId = `${at(prefix)}${textIn(last)}`;
    const places = listIn(shared);
    const field = (index: number): string => at(places[index]);
    return {
      id: idKey(armId),
      armId,
      kind: known(kinds.get(field(0))),
      name: textIn(name),
      resourceGroup: field(1),
      subscriptionId: field(2),
      tenantId: field(3),
      location: field(4),
      size: field(5),
      os: known(systems.get(field(6))),
      power: known(powers.get(field(7))),
      vmId: textIn(vmId),
      adminUsername: field(8),
      scaleSet: field(9),
      privateIp: textIn(privateIp),
      networkId: field(10),
      tags: tagsIn(tags),
    };
  });
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is not known');
  return value;
}

function textIn(value: unknown): string {
  if (typeof value !== 'string') throw new Error('no text stands where one should');
  return value;
}

function listIn(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('no list stands where one should');
  return value as unknown[];
}

function tagsIn(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) throw new Error('no tags stand where some should');
  return Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, textIn(tag)]));
}
