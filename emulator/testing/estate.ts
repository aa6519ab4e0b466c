import { readFile } from 'node:fs/promises';
import { type Emulator, type EmulatorOptions, type EstateInput, startEmulator } from '../index.ts';

/** Ids of the demo estate that tests speak of. */
export const demo = {
  contoso: '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10',
  fabrikam: '5f2d9a84-3b0c-4d6e-8f17-c2a4b6d8e021',
  connectivity: '11111111-0a5c-4b1e-9c01-7e1d2c3b4a50',
  web: '22222222-1b6d-4c2f-8d12-8f2e3d4c5b61',
  data: '33333333-2c7e-4d30-9e23-90af4e5d6c72',
  production: '44444444-3d8f-4e41-8f34-a1b05f6e7d83',
  lab: '55555555-4e90-4f52-9045-b2c1607f8e94',
  ada: 'ada@contoso.example',
  grace: 'grace@fabrikam.example',
  program: 'c2c2c2c2-6b3a-4f1d-9e55-0d1e2f3a4b5c',
} as const;

/** The id of a VM of the demo estate. */
export function vmId(subscription: string, group: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
}

/** The id of a network resource of the demo estate. */
export function networkId(subscription: string, group: string, type: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/${type}/${name}`;
}

/** The demo estate as it is written. */
export async function readDemo(): Promise<EstateInput> {
  return JSON.parse(await readFile(new URL('../estates/demo.json', import.meta.url), 'utf8')) as EstateInput;
}

/** The demo estate without waits; by default without processes, and operations end at once. */
export async function startDemo(
  options: Partial<EmulatorOptions> & { readonly switches?: EstateInput['switches'] } = {},
): Promise<Emulator> {
  const { switches, ...rest } = options;
  const estate = await readDemo();
  return startEmulator({
    latencies: 'none',
    targets: 'none',
    ...rest,
    estate: { ...estate, switches: { armOperationSeconds: 0, ...switches } },
  });
}

/** A clock that only a test moves; it starts now. */
export function createClock(): { readonly now: () => number; readonly advance: (ms: number) => void } {
  let time = Date.now();
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}
