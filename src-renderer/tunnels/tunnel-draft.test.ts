import { expect, test } from 'vitest';
import { checkTunnel, isUndocumentedPort, localPortHint, newTunnelDraft } from './tunnel-draft.ts';

const vmId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web-01';
const typed = newTunnelDraft(false);

test('what a new tunnel begins with can be opened', () => {
  expect(checkTunnel(vmId, typed)).toEqual({
    draft: {
      vmId,
      remotePort: 22,
      localPort: null,
      address: 'own',
      audience: 'same-user',
      isKept: false,
      idleCloseMinutes: null,
      maximumConnections: 256,
    },
  });
  expect(newTunnelDraft(true).remotePort).toBe('3389');
});

test('numbers may have spaces around them', () => {
  const numbers = { ...typed, remotePort: ' 5432 ', localPort: '15432', idleMinutes: ' 30' };
  expect(checkTunnel(vmId, numbers)).toMatchObject({
    draft: { remotePort: 5432, localPort: 15_432, idleCloseMinutes: 30 },
  });
});

test.each([
  ['remotePort', ''],
  ['remotePort', '0'],
  ['remotePort', '70000'],
  ['localPort', 'ssh'],
  ['idleMinutes', '0'],
  ['idleMinutes', '1.5'],
  ['maximumConnections', ''],
  ['maximumConnections', '1001'],
] as const)('%s %j cannot be taken', (field, value) => {
  const checked = checkTunnel(vmId, { ...typed, [field]: value });
  expect(checked).toHaveProperty(`problems.${field}`);
});

test('only 22 and 3389 are documented; what is no port says nothing', () => {
  expect(['22', '3389', '5432', 'x'].map(isUndocumentedPort)).toEqual([false, false, true, false]);
});

test('the hint names the port that was used before for this remote port', () => {
  const suggestion = { ownAddress: null, rememberedPorts: { 22: 40_022 } };
  expect(localPortHint('22', suggestion)).toContain('40022');
  expect(localPortHint('23', suggestion)).not.toContain('40022');
  expect(localPortHint('', null)).toContain('any free port');
});
