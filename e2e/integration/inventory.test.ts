import { afterEach, expect, test } from 'vitest';
import { generateEstate } from '../../emulator/generate.ts';
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { type Emulator, type Estate, type EstateInput, startEmulator } from '../../emulator/index.ts';
import { demo, networkId, vmId } from '../../emulator/testing/estate.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import type { PromptBody, TrustOutcome } from '../../src-main/trust.ts';
import { dialProgram } from '../support/program.ts';
import { startServices, type TestServices } from '../support/services.ts';

let emulator: Emulator;
let app: TestServices;

afterEach(async () => {
  await app?.dispose();
  await emulator?.dispose();
});

/** An emulator with its real measure of queries, and somebody signed in whose inventory has been read. */
async function start(
  estate: unknown,
  switches: EstateInput['switches'] = {},
  answer?: (prompt: PromptBody) => TrustOutcome,
): Promise<void> {
  const whole = { ...(estate as EstateInput), switches: { armOperationSeconds: 0, ...switches } };
  emulator = await startEmulator({ estate: whole, latencies: 'none', targets: 'none' });
  app = await startServices({ emulator, ...(answer === undefined ? {} : { answer }) });
}

async function signIn(): Promise<void> {
  await app.services.accounts.signIn('browser');
  await app.until('the inventory', ({ inventory }) => ['ready', 'failed'].includes(inventory.state));
}

const machines = (): readonly VmSummary[] => Object.values(app.state.current.vms);
const machine = (name: string): VmSummary | undefined => machines().find((vm) => vm.name === name);
const refused = () => emulator.stats().requests.filter((request) => request.status === 429);
const accept = (): TrustOutcome => ({ kind: 'accepted', secret: '' });

test('thousands of machines with their networks, and never a refusal for asking too often', async () => {
  const estate = generateEstate({ subscriptions: 12, vms: 5_200, vmsPerGroup: 100 });
  await start(estate, { graphQueries: 4, graphWindowMs: 1_000 });
  await signIn();
  expect(machines()).toHaveLength(5_200);
  expect(new Set(machines().map((vm) => vm.id)).size).toBe(5_200);
  expect(machines().every((vm) => vm.privateIp.startsWith('10.') && vm.networkId !== '')).toBe(true);
  // Each network is reached by the Bastion of its hub.
  const { reach } = app.state.current;
  expect(machines().every((vm) => reach[vm.networkId]?.bastions.length === 1)).toBe(true);
  expect(refused()).toEqual([]);
  // No call for a single machine: pages of machines, one of networks for each thousand, one of instances.
  expect(emulator.stats().graphCalls).toBeLessThanOrEqual(9);
  expect(emulator.stats().requests.filter((request) => /virtualMachines\//i.test(request.path))).toEqual([]);
});

test('a refusal by the service is waited for and asked again', async () => {
  await start(demoEstate);
  emulator.setFaults({ throttleGraph: { times: 2, retryAfterSeconds: 0 } });
  await signIn();
  expect(refused()).toHaveLength(2);
  expect(machine('web-01')).toMatchObject({ power: 'running', privateIp: '10.1.1.4' });
});

test('without the graph the lists of the resource manager; a subscription without permission is named', async () => {
  await start(demoEstate, { armPageSize: 2 });
  emulator.setFaults({
    failArm: [
      { path: '/Microsoft.ResourceGraph/', status: 403, code: 'AuthorizationFailed' },
      { path: `${demo.web}/providers/Microsoft.Compute`, status: 403, code: 'AuthorizationFailed' },
    ],
  });
  await signIn();
  const { inventory, reach } = app.state.current;
  expect(machine('jump-01')).toMatchObject({ power: 'running', privateIp: '10.0.2.4', os: 'linux' });
  expect(machine('render_0')).toMatchObject({ kind: 'instance', scaleSet: 'render', power: 'running' });
  expect(reach[machine('jump-01')?.networkId ?? '']?.bastions.map((each) => each.name)).toEqual([
    'bas-hub-weu',
  ]);
  const web = inventory.subscriptions.find((each) => each.id === demo.web);
  expect(web?.error?.code).toBe('arm-forbidden');
  expect(inventory.tenants.map((tenant) => [tenant.name, tenant.state])).toEqual([
    ['Contoso', 'partial'],
    ['Fabrikam', 'ready'],
  ]);
  expect(inventory.state).toBe('ready');
});

test('a tenant that wants more than a password is named; the others are there', async () => {
  const estate = structuredClone(demoEstate) as unknown as EstateInput & {
    tenants: { requireMfa?: boolean }[];
  };
  if (estate.tenants[1] !== undefined) estate.tenants[1].requireMfa = true;
  await start(estate);
  await signIn();
  const { tenants } = app.state.current.inventory;
  expect(tenants.map((tenant) => [tenant.name, tenant.state])).toEqual([
    ['Contoso', 'ready'],
    ['Fabrikam', 'failed'],
  ]);
  expect(tenants[1]?.error?.message).not.toBe('');
  expect(machine('web-01')).toBeDefined();
  expect(machine('erp-app-01')).toBeUndefined();
});

test('names in any script, twice the same, fifty tags, ids in any casing', async () => {
  const tags = Object.fromEntries(
    Array.from({ length: 50 }, (_each, index) => [`tag-${index}`, `值 ${index}`]),
  );
  await start(demoEstate, { armIdCasing: 'mixed' });
  emulator.updateResource(vmId(demo.web, 'rg-web-weu', 'web-01'), { tags });
  emulator.updateEstate((estate) => {
    const web = groupOf(estate, 'rg-web-weu');
    const [first] = web.vms;
    if (first !== undefined)
      web.vms.push({ ...first, name: 'сервер-ñ-机', privateIp: '10.1.1.99' }, { ...first, name: 'db-01' });
  });
  await signIn();
  expect(machine('web-01')?.tags).toMatchObject(tags);
  expect(machine('сервер-ñ-机')).toMatchObject({
    privateIp: '10.1.1.99',
    networkId: machine('web-01')?.networkId,
  });
  const twins = machines().filter((vm) => vm.name === 'db-01');
  expect(twins).toHaveLength(2);
  expect(twins.every((vm) => vm.id === vm.armId.toLowerCase())).toBe(true);
});

interface OpenGroup {
  readonly name: string;
  readonly vms: { name: string; privateIp: string }[];
}

function groupOf(estate: Estate, name: string): OpenGroup {
  const groups = (
    estate as unknown as { subscriptions: { resourceGroups: OpenGroup[] }[] }
  ).subscriptions.flatMap((subscription) => subscription.resourceGroups);
  const found = groups.find((group) => group.name === name);
  if (found === undefined) throw new Error(`no group ${name}`);
  return found;
}

test('a subscription that vanishes while its pages are read is gone at the next reading', async () => {
  const estate = generateEstate({ subscriptions: 3, vms: 3_000, vmsPerGroup: 250 });
  await start(estate);
  emulator.setFaults({ delayArm: { ms: 30, path: 'ResourceGraph' } });
  const signedIn = app.services.accounts.signIn('browser');
  await app.until('the first page', (state) => Object.keys(state.vms).length > 0);
  emulator.updateEstate((open) => {
    (open as unknown as { subscriptions: unknown[] }).subscriptions.pop();
  });
  await signedIn;
  await app.until('the inventory', ({ inventory }) => inventory.state === 'ready');
  await app.services.inventory.refresh();
  const { subscriptions } = app.state.current.inventory;
  expect(subscriptions).toHaveLength(2);
  expect(machines()).toHaveLength(2_000);
  expect(machines().every((vm) => subscriptions.some((each) => each.id === vm.subscriptionId))).toBe(true);
});

test('instances of a uniform scale set stand under it, with their network; their page knows their address', async () => {
  await start(demoEstate);
  await signIn();
  const instance = machine('render_0');
  expect(instance).toMatchObject({ kind: 'instance', scaleSet: 'render', os: 'linux', power: 'running' });
  expect(app.state.current.reach[instance?.networkId ?? '']?.bastions.map((each) => each.name)).toEqual([
    'bas-lab-weu',
  ]);
  await app.services.details.load(instance?.id ?? '', true);
  expect(machine('render_0')?.privateIp).toMatch(/^10\.30\./);
  const route = await app.services.details.route(instance?.id ?? '');
  expect(route).toMatchObject({
    ok: true,
    value: { end: { kind: 'two-step' }, target: { kind: 'resource' } },
  });
});

test('start, restart and deallocate: asked, shown while it goes on, known beforehand who may', async () => {
  await start(demoEstate, {}, accept);
  await signIn();
  const seen: string[] = [];
  app.state.subscribe(({ upserts }) => {
    const changed = Object.values(upserts.vms ?? {}).find((vm) => vm.name === 'web-03');
    if (changed !== undefined) seen.push(changed.power);
  });
  const { power, details } = app.services;
  const target = machine('web-03');
  if (target === undefined) throw new Error('no web-03');
  expect(await power.run(target, 'start')).toEqual({ ok: true, value: 'done' });
  expect(machine('web-03')?.power).toBe('running');
  await app.until('its power', () => seen.includes('running'));
  expect(seen).toEqual(['starting', 'running']);
  expect(await power.run({ ...target, power: 'running' }, 'deallocate')).toEqual({ ok: true, value: 'done' });
  // The graph still says that it runs; what was done here is newer.
  await app.services.inventory.refresh();
  expect(machine('web-03')?.power).toBe('deallocated');
  expect(app.prompts.map((prompt) => 'title' in prompt && prompt.title)).toEqual([
    'Start web-03?',
    'Stop and deallocate web-03?',
  ]);

  const readOnly = machine('analytics-01');
  if (readOnly === undefined) throw new Error('no analytics-01');
  await details.load(readOnly.id, true);
  await details.load(target.id, true);
  expect(app.state.current.details[readOnly.id]?.powerActions).toEqual({
    start: 'denied',
    restart: 'denied',
    deallocate: 'denied',
  });
  expect(app.state.current.details[target.id]?.powerActions.restart).toBe('allowed');
  expect(await power.run(readOnly, 'restart')).toMatchObject({
    ok: false,
    error: { code: 'power-forbidden' },
  });
  expect(machine('analytics-01')?.power).toBe('running');
});

test('who says no changes nothing', async () => {
  await start(demoEstate, {}, () => ({ kind: 'refused' }));
  await signIn();
  const target = machine('web-03');
  if (target === undefined) throw new Error('no web-03');
  expect(await app.services.power.run(target, 'start')).toEqual({ ok: true, value: 'refused' });
  expect(
    emulator
      .stats()
      .requests.filter((request) => request.method === 'POST' && request.path.endsWith('start')),
  ).toEqual([]);
});

test('a pasted id or address of the portal finds a machine that no list shows, and keeps it', async () => {
  await start(demoEstate);
  emulator.setFaults({ failArm: { path: '/Microsoft.ResourceGraph/', status: 500 } });
  await signIn();
  expect(machines()).toEqual([]);
  const id = vmId(demo.production, 'rg-erp-weu', 'erp-app-01');
  const page = `https://portal.azure.com/#@fabrikam.example/resource${id}/overview`;
  expect(await app.services.finder.find(page)).toEqual({ ok: true, value: { id: id.toLowerCase() } });
  expect(machine('erp-app-01')).toMatchObject({ tenantId: demo.fabrikam, power: 'running' });
  emulator.clearFaults();
  await app.services.inventory.refresh();
  expect(machine('erp-app-01')).toBeDefined();
  expect(await app.services.finder.find('web-01')).toMatchObject({
    ok: false,
    error: { code: 'machine-id-invalid' },
  });
  expect(await app.services.finder.find(vmId(demo.web, 'rg-web-weu', 'nobody'))).toMatchObject({
    ok: false,
    error: { code: 'arm-not-found' },
  });
});

const hub = networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu');

test('a host by its address: added, imported, connected, kept, removed', async () => {
  await start(demoEstate);
  emulator.updateResource(vmId(demo.web, 'rg-web-weu', 'web-02'), { targets: { '22': 'banner' } });
  await signIn();
  const { hosts, details, tunnels } = app.services;
  const added = await hosts.add({ name: 'printer', address: '10.1.1.5', os: 'linux', bastionId: hub });
  if (!added.ok) throw new Error(added.error.detail);
  const { id } = added.value;
  await details.load(id, true);
  expect(app.state.current.details[id]?.checks.map((check) => [check.id, check.status])).toEqual([
    ['C01', 'pass'],
    ['C02', 'pass'],
    ['C03', 'pass'],
    ['C04', 'pass'],
    ['C05', 'pass'],
    ['C06', 'pass'],
  ]);
  const opened = await tunnels.open({
    vmId: id,
    remotePort: 22,
    localPort: null,
    address: 'own',
    audience: 'same-user',
    isKept: false,
    idleCloseMinutes: null,
    maximumConnections: 10,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  await app.until('the tunnel', (state) => state.tunnels[opened.value.id]?.state.kind === 'listening');
  const listening = app.state.current.tunnels[opened.value.id]?.state;
  if (listening?.kind !== 'listening') throw new Error('not listening');
  const program = await dialProgram(`${listening.address}:${listening.port}`);
  const greeting = await new Promise<string>((resolve) =>
    program.socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  expect(greeting).not.toBe('');
  program.close();

  const csv =
    'Host;IP;OS;Bastion;Tags\nfax;10.1.1.6;Windows;;env=prod\nbad;10.1.1;linux;;\nlost;10.1.1.7;linux;nowhere;\n';
  expect(await hosts.importList(csv, hub)).toEqual({
    ok: true,
    value: {
      added: 1,
      problems: [
        'Line 3: address is no IPv4 address',
        'Line 4: no Bastion that you may read is called nowhere.',
      ],
    },
  });
  expect(machine('fax')).toMatchObject({
    kind: 'host',
    os: 'windows',
    privateIp: '10.1.1.6',
    tags: { env: 'prod' },
  });
  await app.services.inventory.refresh();
  expect(machine('printer')).toBeDefined();
  expect(await hosts.remove(id)).toMatchObject({ ok: true, value: { name: 'printer', address: '10.1.1.5' } });
  expect(machine('printer')).toBeUndefined();
});

test('the user’s choice of a Bastion holds for a machine or its whole network', async () => {
  await start(demoEstate);
  await signIn();
  const { details } = app.services;
  const build = machine('build-01');
  if (build === undefined) throw new Error('no build-01');
  // No network leads there that Azure knows; a Bastion that connects to addresses may still be right.
  await details.load(build.id, true);
  expect(app.state.current.details[build.id]?.routes).toMatchObject([
    { bastionName: 'bas-hub-weu', via: 'ip-connect', use: 'manual', chosenFor: null },
  ]);
  expect(await details.route(build.id)).toMatchObject({ ok: false, error: { code: 'no-bastion' } });
  expect(await details.chooseRoute(build.id, hub.toLowerCase(), 'network')).toEqual({
    ok: true,
    value: null,
  });
  expect(await details.route(build.id)).toMatchObject({
    ok: true,
    value: { bastionName: 'bas-hub-weu', target: { kind: 'ip', address: '10.20.1.4' } },
  });
  expect(app.state.current.details[build.id]?.routes[0]?.chosenFor).toBe('network');
  expect(await details.chooseRoute(build.id, '/no/such', 'vm')).toMatchObject({ ok: false });
  await details.chooseRoute(build.id, null, 'network');
  expect(await details.route(build.id)).toMatchObject({ ok: false, error: { code: 'no-bastion' } });
});
