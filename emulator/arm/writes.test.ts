import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../index.ts';
import { type ArmClient, armClient } from '../testing/arm.ts';
import { demo, networkId, startDemo, vmId } from '../testing/estate.ts';
import type { Answer } from '../testing/walk.ts';

const hub = networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu');
const machine = vmId(demo.web, 'rg-web-weu', 'web-01');
const locked = networkId(demo.web, 'rg-web-weu', 'networkSecurityGroups', 'nsg-locked');

describe('writes', () => {
  let emulator: Emulator;
  let ada: ArmClient;

  beforeAll(async () => {
    emulator = await startDemo();
    ada = await armClient(emulator.cloud, demo.ada);
  });
  afterEach(() => {
    emulator.updateEstate(emulator.baseEstate);
    emulator.clearFaults();
  });
  afterAll(() => emulator.dispose());

  const errorOf = (answer: Answer) => [answer.status, answer.json<{ error: { code: string } }>().error.code];
  const power = async (): Promise<unknown> =>
    (await ada.get(`${machine}/instanceView`)).json<{ statuses: { code: string }[] }>().statuses.at(-1)?.code;

  it('shows the states between, until the operation ends', async () => {
    emulator.updateEstate({ switches: { armOperationSeconds: 0.05 } });
    const started = await ada.send('POST', `${machine}/deallocate`);
    const during = await power();
    let status: unknown;
    do {
      status = (await ada.get(String(started.headers['azure-asyncoperation']))).json()['status'];
    } while (status === 'InProgress');
    expect([started.status, during, status, await power()]).toEqual([
      202,
      'PowerState/deallocating',
      'Succeeded',
      'PowerState/deallocated',
    ]);
  });

  it('fails an operation as a fault says, and the machine stays as it was', async () => {
    emulator.setFaults({ failOperations: { times: 1, code: 'AllocationFailed' } });
    const started = await ada.send('POST', `${machine}/powerOff`);
    const polled = (await ada.get(String(started.headers['azure-asyncoperation']))).json<{
      status: string;
      error: { code: string };
    }>();
    expect([polled.status, polled.error.code, await power()]).toEqual([
      'Failed',
      'AllocationFailed',
      'PowerState/running',
    ]);
  });

  it('wants the right to do it', async () => {
    const answer = await ada.send('POST', `${vmId(demo.data, 'rg-build-neu', 'build-01')}/start`);
    expect(errorOf(answer)).toEqual([403, 'AuthorizationFailed']);
  });

  it('replaces a Bastion as a whole: what is not sent is off', async () => {
    const answer = await ada.send('PUT', hub, {
      location: 'westeurope',
      sku: { name: 'Premium' },
      properties: { enableTunneling: true, scaleUnits: 3, ipConfigurations: [] },
    });
    const after = (await ada.get(hub)).json<{ sku: unknown; properties: Record<string, unknown> }>();
    const { provisioningState, scaleUnits, enableTunneling, enableIpConnect } = after.properties;
    expect([
      answer.status,
      after.sku,
      { provisioningState, scaleUnits, enableTunneling, enableIpConnect },
    ]).toEqual([
      200,
      { name: 'Premium' },
      { provisioningState: 'Succeeded', scaleUnits: 3, enableTunneling: true, enableIpConnect: undefined },
    ]);
  });

  it.each([
    ['a smaller SKU', { sku: { name: 'Basic' }, properties: {} }, 400, 'BastionSkuDowngradeNotSupported'],
    ['no properties', { sku: { name: 'Standard' } }, 400, 'InvalidRequestFormat'],
    [
      'another network',
      { properties: { ipConfigurations: [{ properties: { subnet: { id: '/subscriptions/x/y' } } }] } },
      400,
      'BastionVirtualNetworkCannotBeChanged',
    ],
  ])('refuses a Bastion with %s', async (_name, body, status, code) => {
    expect(errorOf(await ada.send('PUT', hub, body))).toEqual([status, code]);
  });

  it('refuses a second change while the first runs', async () => {
    emulator.updateEstate({ switches: { armOperationSeconds: 30 } });
    const body = { sku: { name: 'Standard' }, properties: { enableTunneling: true } };
    await ada.send('PUT', hub, body);
    expect(errorOf(await ada.send('PUT', hub, body))).toEqual([409, 'AnotherOperationInProgress']);
  });

  const rule = (priority: number) => ({
    properties: {
      priority,
      direction: 'Inbound',
      access: 'Allow',
      protocol: 'Tcp',
      sourceAddressPrefix: '10.0.1.0/26',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '22',
    },
  });

  it('adds, refuses and removes security rules', async () => {
    const added = await ada.send('PUT', `${locked}/securityRules/allow-bastion`, rule(105));
    const clash = await ada.send('PUT', `${locked}/securityRules/other`, rule(105));
    const removed = await ada.send('DELETE', `${locked}/securityRules/allow-bastion`);
    const left = (await ada.get(locked)).json<{ properties: { securityRules: unknown[] } }>().properties
      .securityRules;
    expect([added.status, errorOf(clash), removed.status, left.length]).toEqual([
      201,
      [400, 'SecurityRuleConflict'],
      202,
      1,
    ]);
  });

  it('has no effective rules for a machine that does not run', async () => {
    const nic = networkId(demo.web, 'rg-web-weu', 'networkInterfaces', 'web-03-nic');
    expect(errorOf(await ada.send('POST', `${nic}/effectiveNetworkSecurityGroups`))).toEqual([
      400,
      'NicMustBeAttachedToRunningVm',
    ]);
  });

  it('lists the sessions of a Bastion', async () => {
    const started = await ada.send('POST', `${hub}/getActiveSessions`);
    const result = await ada.get(String(started.headers['location']));
    expect([started.status, result.json()]).toEqual([202, { value: [] }]);
  });
});
