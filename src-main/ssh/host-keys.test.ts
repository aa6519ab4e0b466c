import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostKeyAlias, HostKeys, type Machine } from './host-keys.ts';

const machine: Machine = { resourceId: '/subscriptions/s/virtualMachines/VM-1', vmId: 'AAAA', port: 22 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const open = () => new HostKeys(join(folder, 'known_hosts'), join(folder, 'host-keys.json'));

test('one alias for one incarnation and port, whatever the casing', () => {
  const same = { ...machine, resourceId: machine.resourceId.toLowerCase(), vmId: 'aaaa' };
  expect(hostKeyAlias(same)).toBe(hostKeyAlias(machine));
  expect(hostKeyAlias({ ...machine, vmId: 'bbbb' })).not.toBe(hostKeyAlias(machine));
  expect(hostKeyAlias({ ...machine, port: 2222 })).not.toBe(hostKeyAlias(machine));
});

test('reads the fingerprint that ssh-keygen prints, of this machine only', async () => {
  const keyFile = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  const [keyType = '', key = ''] = (await readFile(`${keyFile}.pub`, 'utf8')).split(' ');
  const printed = execFileSync('ssh-keygen', ['-lf', keyFile], { encoding: 'utf8' }).split(' ')[1];
  await writeFile(
    join(folder, 'known_hosts'),
    `# note\nvm-other ${keyType} ${key}\n${hostKeyAlias(machine)} ${keyType} ${key}\n`,
  );
  const keys = open();
  expect(await keys.keysOf(machine)).toEqual([{ keyType: 'ssh-ed25519', fingerprint: printed }]);
  await keys.forget(machine);
  expect(await keys.keysOf(machine)).toEqual([]);
  expect(await readFile(join(folder, 'known_hosts'), 'utf8')).toContain('vm-other');
});

test('a machine that was made anew is explained, also after a restart', async () => {
  const keys = open();
  expect(keys.explainUnknown(machine)).toContain('first connection');
  await keys.notePinned(machine, Date.UTC(2026, 0, 2));
  const later = open();
  await later.load();
  expect(later.explainUnknown({ ...machine, vmId: 'bbbb' })).toContain(
    'made anew since its key was pinned on 2026-01-02',
  );
  expect(later.explainUnknown({ ...machine, vmId: 'bbbb', port: 2222 })).toContain('first connection');
});

test('a damaged index is set aside; the pins themselves stay', async () => {
  await writeFile(join(folder, 'host-keys.json'), '{');
  await writeFile(join(folder, 'known_hosts'), `${hostKeyAlias(machine)} ssh-ed25519 AAAA\n`);
  const keys = open();
  expect(await keys.load()).toContain('damaged');
  expect(await keys.keysOf(machine)).toHaveLength(1);
});

test('a known_hosts that cannot be read: nothing to show, and forgetting fails without a change', async () => {
  // A link in a circle is there and cannot be read, by no user at all, but could be renamed over.
  await symlink('known_hosts', join(folder, 'known_hosts'));
  const keys = open();
  expect(await keys.keysOf(machine)).toEqual([]);
  const forgotten = await keys.forget(machine);
  expect(forgotten).toMatchObject({ ok: false, error: { code: 'save-failed' } });
  expect(JSON.stringify(forgotten)).toContain('ELOOP');
  expect((await lstat(join(folder, 'known_hosts'))).isSymbolicLink()).toBe(true);
});

test('forgetting works while the index cannot be read, and leaves the index alone', async () => {
  await mkdir(join(folder, 'host-keys.json'));
  await writeFile(join(folder, 'known_hosts'), `${hostKeyAlias(machine)} ssh-ed25519 AAAA\n`);
  const keys = open();
  expect(await keys.load()).toBeNull();
  expect(await keys.forget(machine)).toMatchObject({ ok: true });
  expect(await keys.keysOf(machine)).toEqual([]);
  expect((await stat(join(folder, 'host-keys.json'))).isDirectory()).toBe(true);
});

test('an id that Azure did not tell says nothing about a machine made anew', async () => {
  const keys = open();
  await keys.notePinned({ ...machine, vmId: '' }, 0);
  expect(keys.explainUnknown(machine)).toContain('first connection');
  const other = { ...machine, port: 23 };
  await keys.notePinned(other, 0);
  expect(keys.explainUnknown({ ...other, vmId: '' })).toContain('first connection');
});
