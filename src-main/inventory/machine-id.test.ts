import { expect, test } from 'vitest';
import { findMachineId } from './machine-id.ts';

const id = '/subscriptions/s1/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web-01';
const instance =
  '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/3';

test.each([
  [id],
  [`  ${id}\n`],
  [`https://portal.azure.com/#@contoso.com/resource${id}/overview`],
  [`https://portal.azure.us/#@contoso.com/resource${id}/connect?tab=ssh`],
  [`https://ms.portal.azure.com/?feature=x#view/Blade/resourceId/${encodeURIComponent(id)}`],
  [`"id": "${id}",`],
])('finds the machine in %s', (text) => {
  expect(findMachineId(text)).toMatchObject({
    armId: id,
    kind: 'vm',
    subscriptionId: 's1',
    resourceGroup: 'rg-web',
    name: 'web-01',
  });
});

test('finds an instance of a scale set', () => {
  expect(findMachineId(instance)).toMatchObject({
    armId: instance,
    kind: 'instance',
    scaleSet: 'set',
    name: '3',
  });
});

test.each([
  ['web-01'],
  [''],
  ['%'],
  ['https://portal.azure.com/#home'],
  ['/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Network/bastionHosts/b'],
  ['/subscriptions/s1/resourceGroups/rg'],
])('finds nothing in %j', (text) => {
  expect(findMachineId(text)).toBeNull();
});
