import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { groupId, guidFrom, resourceId } from './estate/ids.ts';
import type { EstateInput } from './estate/schema.ts';

/** What to generate. */
export interface GenerateOptions {
  readonly name?: string;
  readonly tenants?: number;
  /** In all tenants together. */
  readonly subscriptions?: number;
  /** In all subscriptions together. */
  readonly vms?: number;
  /** VMs in one resource group, which is also one spoke network; at most 250. */
  readonly vmsPerGroup?: number;
  /** The same seed gives the same estate. */
  readonly seed?: number;
  /** What listens on port 22 of every VM: a built-in target (`echo` by default) or the name of one in `targets`. */
  readonly sshTarget?: string;
  readonly targets?: EstateInput['targets'];
  /** Share of VMs that are deallocated, 0 to 1. */
  readonly stoppedShare?: number;
}

/** Small and repeatable: the same numbers on every machine (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const applications = [
  'shop',
  'orders',
  'billing',
  'search',
  'insight',
  'mail',
  'ledger',
  'portal',
  'fleet',
  'vault',
];
const roles = ['web', 'api', 'worker', 'db', 'cache', 'queue'];
const environments = ['prod', 'staging', 'test', 'dev'];
const locations = ['westeurope', 'northeurope', 'eastus', 'southeastasia'];

type SubscriptionInput = NonNullable<EstateInput['subscriptions']>[number];
type GroupInput = NonNullable<SubscriptionInput['resourceGroups']>[number];
type MachineInput = NonNullable<GroupInput['vms']>[number];

/**
 * Makes an estate of any size: in each subscription a hub with one Standard Bastion, and spokes of VMs peered with it.
 * `ada@contoso.example` is a Contributor in every tenant. Deterministic in its options.
 */
export function generateEstate(options: GenerateOptions = {}): EstateInput {
  const {
    tenants: tenantCount = 1,
    subscriptions: subscriptionCount = 4,
    vms: vmCount = 100,
    seed = 1,
  } = options;
  const perGroup = Math.min(options.vmsPerGroup ?? 50, 250);
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const tenants = Array.from({ length: tenantCount }, (_each, index) => ({
    id: guidFrom(`${seed} tenant ${index}`),
    name: index === 0 ? 'Contoso' : `Tenant ${index}`,
    domain: index === 0 ? 'contoso.example' : `tenant${index}.example`,
  }));
  const home = tenants[0]?.id ?? '';

  const makeVm = (
    index: number,
    network: string,
    octets: readonly [number, number],
    place: number,
  ): MachineInput => {
    const application = pick(applications);
    const isWindows = random() < 0.3;
    const isStopped = random() < (options.stoppedShare ?? 0.1);
    return {
      name: `${application}-${pick(roles)}-${String(index).padStart(5, '0')}`,
      vmId: guidFrom(`${seed} vm ${index}`),
      osType: isWindows ? 'Windows' : 'Linux',
      adminUsername: 'ada',
      size: pick(['Standard_B2s', 'Standard_D2s_v5', 'Standard_E4s_v5']),
      tags: { env: pick(environments), app: application },
      power: isStopped ? 'deallocated' : 'running',
      subnet: `${network}/snet`,
      privateIp: `10.${octets[0]}.${octets[1]}.${4 + place}`,
      targets: { '22': options.sshTarget ?? 'echo', '7': 'echo', '9': 'discard', '19': 'chargen' },
    };
  };

  let made = 0;
  const subscriptions = Array.from({ length: subscriptionCount }, (_each, index): SubscriptionInput => {
    const id = guidFrom(`${seed} subscription ${index}`);
    const share =
      Math.floor(((index + 1) * vmCount) / subscriptionCount) -
      Math.floor((index * vmCount) / subscriptionCount);
    const location = pick(locations);
    const hub = resourceId(id, 'rg-hub', 'Microsoft.Network/virtualNetworks', 'vnet-hub');
    const groups: GroupInput[] = [];
    for (let first = 0; first < share; first += perGroup) {
      const number = groups.length + 1;
      const octets = [1 + (Math.floor(number / 256) % 200), number % 256] as const;
      const network = `vnet-spoke-${number}`;
      groups.push({
        name: `rg-spoke-${String(number).padStart(3, '0')}`,
        location,
        tags: { cost: `cc-${100 + (number % 17)}` },
        networks: [
          {
            name: network,
            prefixes: [`10.${octets[0]}.${octets[1]}.0/24`],
            subnets: [{ name: 'snet', prefix: `10.${octets[0]}.${octets[1]}.0/24` }],
            peerings: [{ name: 'to-hub', remote: hub }],
          },
        ],
        vms: Array.from({ length: Math.min(perGroup, share - first) }, (_vm, place) => {
          made += 1;
          return makeVm(made, network, octets, place);
        }),
      });
    }
    return {
      id,
      name: `Subscription ${String(index + 1).padStart(3, '0')}`,
      tenant: tenants[index % tenants.length]?.id ?? home,
      resourceGroups: [
        {
          name: 'rg-hub',
          location,
          networks: [
            {
              name: 'vnet-hub',
              prefixes: ['10.0.0.0/16'],
              subnets: [{ name: 'AzureBastionSubnet', prefix: '10.0.1.0/26' }],
              peerings: groups.map((group, at) => ({
                name: `to-spoke-${at + 1}`,
                remote: resourceId(
                  id,
                  group.name,
                  'Microsoft.Network/virtualNetworks',
                  `vnet-spoke-${at + 1}`,
                ),
              })),
            },
          ],
          bastions: [{ name: `bas-hub-${index + 1}`, network: 'vnet-hub', enableIpConnect: true }],
        },
        ...groups,
      ],
    };
  });
  return {
    version: 1,
    name: options.name ?? `Generated estate of ${vmCount} VMs`,
    clientIds: [guidFrom(`${seed} client`)],
    tenants,
    users: [
      {
        upn: 'ada@contoso.example',
        name: 'Ada Lovelace',
        home,
        guestOf: tenants.slice(1).map((tenant) => tenant.id),
      },
      { upn: 'grace@contoso.example', name: 'Grace Hopper', home },
    ],
    roleAssignments: [
      ...tenants.map((tenant) => ({
        principal: 'ada@contoso.example',
        role: 'Contributor',
        scope: `/tenants/${tenant.id}`,
      })),
      ...subscriptions.slice(0, 1).map((subscription) => ({
        principal: 'grace@contoso.example',
        role: 'Reader',
        scope: groupId(subscription.id, 'rg-spoke-001'),
      })),
    ],
    subscriptions,
    targets: options.targets ?? [],
  };
}

/** The command line: `node emulator/generate.ts --vms 50000 --out FILE`. */
async function main(): Promise<void> {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      tenants: number,
      subscriptions: number,
      vms: number,
      'vms-per-group': number,
      seed: number,
      out: { type: 'string' },
    },
  });
  const options: Record<string, number> = {};
  for (const [name, text] of Object.entries({ ...values, vmsPerGroup: values['vms-per-group'] })) {
    if (['tenants', 'subscriptions', 'vms', 'vmsPerGroup', 'seed'].includes(name) && text !== undefined) {
      options[name] = Number(text);
    }
  }
  const text = `${JSON.stringify(generateEstate(options))}\n`;
  if (values.out === undefined) process.stdout.write(text);
  else await writeFile(values.out, text);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
