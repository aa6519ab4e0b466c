import { afterAll, beforeAll, expect, test } from 'vitest';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, type Estate, startEmulator } from '../../emulator/index.ts';
import { startServices, type TestServices } from '../support/services.ts';

let emulator: Emulator;
let app: TestServices;

beforeAll(async () => {
  emulator = await startEmulator({ estate: demoEstate, latencies: 'none', targets: 'none' });
  app = await startServices({ emulator });
  await app.services.accounts.signIn('browser');
  await app.until('inventory', (state) => state.inventory.state === 'ready');
});
afterAll(async () => {
  await app?.dispose();
  await emulator?.dispose();
});

const hub =
  '/subscriptions/11111111-0a5c-4b1e-9c01-7e1d2c3b4a50/resourceGroups/rg-network-weu/providers/Microsoft.Network';
const bastion = `${hub}/bastionHosts/bas-hub-weu`;

/** Gives Ada one role everywhere: all reads but some. */
const without =
  (...notActions: string[]) =>
  (estate: Estate) => {
    const open = estate as unknown as {
      roles: object[];
      roleAssignments: { principal: string; role: string }[];
    };
    open.roles.push({ name: 'Almost reader', actions: ['*/read'], notActions });
    for (const assignment of open.roleAssignments)
      if (assignment.principal.startsWith('ada')) assignment.role = 'Almost reader';
  };

const set = (id: string, change: Record<string, unknown>) => () => emulator.updateResource(id, change);

async function check(
  machine: string,
): Promise<Record<string, { status: string; message: string; missing: string | null; evidence: string }>> {
  const vm = Object.values(app.state.current.vms).find((each) => each.name === machine);
  await app.services.details.load(vm?.id ?? '', true);
  const { checks } = app.state.current.details[vm?.id ?? ''] ?? { checks: [] };
  return Object.fromEntries(
    checks.map((each) => [
      each.id,
      {
        status: each.status,
        message: each.message,
        missing: each.missingPermission,
        evidence: each.evidence.map((line) => `${line.label}: ${line.value}`).join('\n'),
      },
    ]),
  );
}

/** Changes the estate, runs the checks, and puts everything back. */
async function checkAfter(machine: string, change: (estate: Estate) => void) {
  const before = emulator.estate();
  emulator.updateEstate((estate) => change(estate));
  try {
    return await check(machine);
  } finally {
    emulator.updateEstate((estate) => {
      Object.assign(estate, structuredClone(before));
    });
  }
}

test('everything passes for a machine behind a peered Bastion', async () => {
  expect(Object.values(await check('web-01')).map((result) => result.status)).toEqual(Array(6).fill('pass'));
});

test.each([
  ['build-01', 'C01', 'fail', /No Bastion reaches/, /vnet-build-neu/],
  ['legacy-01', 'C01', 'fail', /No Bastion reaches/, /bas-hub-weu: the peering .+ is Disconnected/],
  ['analytics-01', 'C01', 'fail', /No Bastion reaches/, /peerings are not transitive/],
  ['test-01', 'C03', 'fail', /Basic SKU/, /Basic/],
  ['dev-01', 'C04', 'fail', /off on bas-dev-neu/, /false/],
  ['web-03', 'C36', 'fail', /deallocated/, /deallocated/],
  ['web-locked-01', 'C32', 'fail', /deny-ssh, priority 110/, /denied by deny-ssh/],
  ['vault-01', 'C32', 'unknown', /nsg-vault .*permission/, /nsg-vault/],
])('%s: %s is %s', async (machine, id, status, message, evidence) => {
  const result = (await check(machine))[id];
  expect(result?.status).toBe(status);
  expect(result?.message).toMatch(message);
  expect(result?.evidence).toMatch(evidence);
});

test('a failed Bastion, one that is being changed, and one without a state', async () => {
  for (const [state, status] of [
    ['Failed', 'fail'],
    ['Updating', 'warn'],
  ] as const) {
    emulator.updateResource(bastion, { provisioningState: state });
    expect((await check('web-01'))['C02']).toMatchObject({ status });
  }
  set(bastion, { provisioningState: 'Succeeded' })();
  expect((await check('web-01'))['C02']).toMatchObject({ status: 'pass' });
});

test('without the right to read Bastions, what rests on one is unknown and names the right', async () => {
  const results = await checkAfter('web-01', without('Microsoft.Network/bastionHosts/*'));
  for (const id of ['C01', 'C02', 'C03', 'C04', 'C32']) {
    expect([id, results[id]?.status, results[id]?.missing]).toEqual([
      id,
      'unknown',
      'Microsoft.Network/bastionHosts/read',
    ]);
  }
  expect(results['C36']?.status).toBe('pass');
});

test('without the right to read interfaces, networks, machines', async () => {
  const nic = await checkAfter('web-01', without('Microsoft.Network/networkInterfaces/*'));
  expect(nic['C01']).toMatchObject({
    status: 'unknown',
    missing: 'Microsoft.Network/networkInterfaces/read',
  });
  expect(nic['C32']).toMatchObject({
    status: 'unknown',
    missing: 'Microsoft.Network/networkInterfaces/read',
  });
  const network = await checkAfter('web-01', without('Microsoft.Network/virtualNetworks/*'));
  expect(network['C01']).toMatchObject({
    status: 'unknown',
    missing: 'Microsoft.Network/virtualNetworks/read',
  });
  const machine = await checkAfter('web-01', without('Microsoft.Compute/virtualMachines/read'));
  expect(machine['C36']).toMatchObject({
    status: 'unknown',
    missing: 'Microsoft.Compute/virtualMachines/read',
  });
});

test('a Bastion in the machine’s own network needs no right to read networks', async () => {
  const results = await checkAfter('jump-01', without('Microsoft.Network/virtualNetworks/*'));
  expect(results['C01']).toMatchObject({ status: 'pass' });
  expect(results['C32']).toMatchObject({ status: 'unknown' });
});
