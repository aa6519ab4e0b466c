import { describe, expect, it } from 'vitest';
import { initialState } from '../../shared/initial-state.ts';
import { tunnel } from '../tunnels/test-tunnel.ts';
import { azCommand, quoteWord, sshCommand } from './copy-lines.ts';
import { testVm } from './test-estate.ts';

const state = initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' });
const bastion = '/subscriptions/s9/resourcegroups/rg-hub/providers/microsoft.network/bastionhosts/bas-hub';
const reach = { '/vnet/app': { id: '/vnet/app', name: 'app', bastions: [{ id: bastion, name: 'bas-hub' }] } };

describe('lines to copy', () => {
  it('writes ssh only while a tunnel to port 22 is open', () => {
    const vm = testVm('web-1');
    const open = {
      ...tunnel,
      vmId: vm.id,
      remotePort: 22,
      state: { kind: 'listening' as const, sinceMs: 0, address: '127.93.1.2', port: 40_022 },
    };
    expect(sshCommand(vm, { ...state, tunnels: { t: open } })).toBe('ssh ada@127.93.1.2 -p 40022');
    expect(sshCommand(vm, { ...state, tunnels: { t: { ...open, remotePort: 443 } } })).toBeNull();
    expect(sshCommand(vm, { ...state, tunnels: { t: { ...open, state: { kind: 'opening' } } } })).toBeNull();
    expect(sshCommand(testVm('other'), { ...state, tunnels: { t: open } })).toBeNull();
  });

  it('writes the command of the Azure CLI from the Bastion that reaches the machine', () => {
    const vm = testVm('web-1', { networkId: '/vnet/app', resourceGroup: 'rg (old)' });
    expect(azCommand(vm, { ...state, reach })).toBe(
      "az network bastion ssh --subscription s9 --resource-group rg-hub --name bas-hub --target-resource-id '/subscriptions/s1/resourceGroups/rg (old)/providers/Microsoft.Compute/virtualMachines/web-1' --auth-type ssh-key --username ada --ssh-key ~/.ssh/id_ed25519",
    );
    expect(azCommand({ ...vm, os: 'windows' }, { ...state, platform: 'win32', reach })).toBe(
      'az network bastion rdp --subscription s9 --resource-group rg-hub --name bas-hub --target-resource-id "/subscriptions/s1/resourceGroups/rg (old)/providers/Microsoft.Compute/virtualMachines/web-1"',
    );
    expect(azCommand(vm, state)).toBeNull();
  });

  it('puts words in quotes that a shell would take apart', () => {
    expect(quoteWord('/a/b-1.c', 'linux')).toBe('/a/b-1.c');
    expect(quoteWord("it's $HOME", 'linux')).toBe(String.raw`'it'\''s $HOME'`);
    expect(quoteWord('a"b c', 'win32')).toBe('"a""b c"');
  });
});
