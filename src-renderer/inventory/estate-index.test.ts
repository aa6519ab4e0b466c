import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VmSummary } from '../../shared/inventory.ts';
import { buildEstate, EstateIndex } from './estate-index.ts';
import { byId, testStatus, testVm } from './test-estate.ts';

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const machine: fc.Arbitrary<VmSummary> = fc
  .record({
    id: names,
    name: names,
    resourceGroup: fc.constantFrom('rg-1', 'RG-1', 'rg-2'),
    scaleSet: fc.constantFrom('', 'pool'),
    power: fc.constantFrom('running' as const, 'deallocated' as const),
    kind: fc.constantFrom('vm' as const, 'vm' as const, 'host' as const),
  })
  .map(({ id, name, ...over }) => testVm(name, { ...over, id: `/${id}` }));
const change = fc.oneof(
  machine.map((vm) => ({ kind: 'upsert' as const, vm })),
  names.map((id) => ({ kind: 'remove' as const, id: `/${id}` })),
);

describe('EstateIndex', () => {
  it('is after any changes what it would be if it were built anew', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const index = new EstateIndex();
        const vms: Record<string, VmSummary> = {};
        for (const each of changes) {
          if (each.kind === 'upsert') vms[each.vm.id] = each.vm;
          else delete vms[each.id];
          index.apply(each.kind === 'upsert' ? [each.vm] : [], each.kind === 'remove' ? [each.id] : []);
          // Read after every change, so that what is kept between two readings is tested as well.
          expect(
            index
              .sorted()
              .map((vm) => vm.id)
              .toSorted(),
          ).toEqual(Object.keys(vms).toSorted());
          const sets = (estate: ReturnType<typeof buildEstate>) => ({
            hosts: new Set(estate.hosts),
            groups: estate.tenants.flatMap((tenant) =>
              tenant.subscriptions.flatMap((entry) =>
                entry.groups.map((group) => ({
                  id: group.id,
                  vms: new Set(group.vms),
                  scaleSets: group.scaleSets.map((scaleSet) => new Set(scaleSet.vms)),
                })),
              ),
            ),
          });
          expect(sets(index.estate(testStatus))).toEqual(sets(buildEstate(vms, testStatus)));
        }
      }),
    );
  });

  it('moves no row for a power state', () => {
    const index = new EstateIndex();
    index.reset(Object.values(byId([testVm('a'), testVm('b')])));
    const estate = index.estate(testStatus);
    const { structure, content } = index;
    index.apply([testVm('a', { power: 'stopped' })], []);
    expect(index.structure).toBe(structure);
    expect(index.content).toBeGreaterThan(content);
    expect(index.estate(testStatus)).toBe(estate);
    expect(estate.tenants[0]?.subscriptions[0]?.groups[0]?.vms.map((vm) => vm.power)).toEqual([
      'stopped',
      'running',
    ]);
    index.apply([testVm('a', { tags: { env: 'prod' } })], []);
    expect(index.structure).toBeGreaterThan(structure);
  });
});
