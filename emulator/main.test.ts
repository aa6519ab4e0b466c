import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomCloudDocument } from './cloud.ts';
import { demo, networkId, vmId } from './testing/estate.ts';
import { fetchText, signIn } from './testing/walk.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const estate = fileURLToPath(new URL('./estates/demo.json', import.meta.url));

interface Ready {
  readonly ready: boolean;
  readonly cloudFile: string;
  readonly adminUrl?: string;
}

describe('the command line', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulator-test-'));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the command line with temporary files in a folder of this test. */
  const start = (...args: string[]): ChildProcess => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: folder },
    });
    children.push(child);
    return child;
  };
  const ready = async (child: ChildProcess): Promise<Ready> => {
    const lines = createInterface({ input: child.stdout ?? expect.fail('no output') });
    const [line] = (await once(lines, 'line')) as [string];
    return JSON.parse(line) as Ready;
  };

  it('serves until it is told to end, is steered by its admin address, and leaves nothing behind', async () => {
    const cloudFile = join(folder, 'cloud.json');
    const child = start(
      '--estate',
      estate,
      '--no-latency',
      '--no-targets',
      '--admin',
      '--cloud-out',
      cloudFile,
    );
    const { adminUrl = '', ...told } = await ready(child);
    const cloud = JSON.parse(await readFile(cloudFile, 'utf8')) as CustomCloudDocument;
    const admin = (method: string, path: string, body?: unknown) =>
      fetchText(`${adminUrl}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    await signIn(cloud, demo.ada);
    const hub = networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu');
    const machine = vmId(demo.web, 'rg-web-weu', 'web-03');
    const wrongDoor = await fetchText(`${new URL(adminUrl).origin}/sessions`);
    const badFault = await admin('POST', '/faults', { explode: {} });
    const statuses = [
      await admin('POST', '/faults', { failTokens: { bastion: hub, times: 1 } }),
      await admin('DELETE', '/faults'),
      await admin('POST', '/estate', { resource: machine, set: { power: 'running' } }),
      await admin('POST', '/estate', { merge: { name: 'Other name' } }),
      await admin('POST', '/refresh-tokens/revoke'),
    ].map((answer) => answer.status);
    const after = (await admin('GET', '/estate')).json<{
      name: string;
      subscriptions: { resourceGroups: { vms: { name: string; power: string }[] }[] }[];
    }>();
    const machines = after.subscriptions.flatMap((each) => each.resourceGroups.flatMap((group) => group.vms));
    expect({
      told,
      keys: Object.keys(cloud),
      wrongDoor: wrongDoor.status,
      badFault: badFault.status,
      statuses,
      sessions: (await admin('GET', '/sessions')).json(),
      authorizations: (await admin('GET', '/stats')).json()['authorizations'],
      name: after.name,
      power: machines.find((vm) => vm.name === 'web-03')?.power,
      noTarget: (await admin('GET', '/targets/linux-db')).status,
    }).toEqual({
      told: { ready: true, cloudFile },
      keys: [
        'name',
        'authority',
        'knownAuthorities',
        'clientId',
        'arm',
        'sshCertScope',
        'caFile',
        'dataPlane',
      ],
      wrongDoor: 404,
      badFault: 400,
      statuses: [200, 200, 200, 200, 200],
      sessions: [],
      authorizations: 1,
      name: 'Other name',
      power: 'running',
      noTarget: 400,
    });
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect([code, (await readdir(folder)).filter((name) => name.startsWith('emulator-'))]).toEqual([0, []]);
  });

  it('ends with its parent', async () => {
    const child = start('--estate', estate, '--no-targets', '--exit-with-parent');
    await ready(child);
    child.stdin?.end();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  it('says where an estate is wrong', async () => {
    const file = join(folder, 'wrong.json');
    await writeFile(file, '{"version":1,"name":"x","clientIds":[],"tenants":[]}');
    const child = start('--estate', file);
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words += chunk.toString('utf8');
    });
    const [code] = await once(child, 'close');
    expect([code, words.includes('clientIds'), words.includes('tenants')]).toEqual([1, true, true]);
  });
});
