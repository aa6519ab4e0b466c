import { expect, test } from 'vitest';
import { isPodOf } from './find-pod.ts';
import { resourceIdOf } from './token-exchange.ts';

const frontDoor = 'omnibrain.westeurope.bastionglobal.azure.com';

test.each([
  ['pod-1.westeurope.bastion.azure.com', true],
  ['POD.AZURE.COM', true],
  ['pod.azure.com.evil.example', false],
  ['evil.example', false],
  ['azure.com@evil.example', false],
  ['pod.azure.com/path', false],
  ['pod.azure.com:444', false],
  ['pod .azure.com', false],
  ['<html>azure.com', false],
  ['-pod.azure.com', false],
  ['', false],
])('%j may be a pod: %s', (host, expected) => {
  expect(isPodOf(host, frontDoor)).toBe(expected);
});

test('an address stands in a path under the resource group of the Bastion', () => {
  const bastionId = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/bastionHosts/b';
  expect(resourceIdOf({ bastionId, target: { kind: 'ip', address: '10.0.0.4' }, remotePort: 22 })).toBe(
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/bh-hostConnect/10.0.0.4',
  );
  const resourceId = '/subscriptions/s/x/virtualMachines/v';
  expect(resourceIdOf({ bastionId, target: { kind: 'resource', resourceId }, remotePort: 22 })).toBe(
    resourceId,
  );
});
