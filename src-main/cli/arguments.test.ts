import { expect, test } from 'vitest';
import { parseCommand } from './arguments.ts';

const group = '/subscriptions/s/resourceGroups/g/providers';
const bastion = `${group}/Microsoft.Network/bastionHosts/b`;
const vm = `${group}/Microsoft.Compute/virtualMachines/v`;
const reach = ['--bastion', bastion, '--target', vm, '--remote-port', '22'];

test('a tunnel with what it needs has the usual rest', () => {
  expect(parseCommand(['tunnel', ...reach])).toEqual({
    ok: true,
    command: {
      verb: 'tunnel',
      cloudPath: null,
      bastionId: bastion,
      target: { kind: 'resource', resourceId: vm },
      remotePort: 22,
      localPort: 0,
      localAddress: '127.0.0.1',
      audience: 'same-user',
      messageBytes: 4096,
      pings: 'on',
      output: 'text',
    },
  });
});

test('every option is read', () => {
  const parsed = parseCommand([
    'tunnel',
    '--bastion',
    bastion,
    '--target',
    '10.0.0.4',
    '--remote-port',
    '3389',
    '--port',
    '13389',
    '--address',
    '127.9.9.9',
    '--any-user',
    '--message-bytes',
    '8192',
    '--no-pings',
    '--json',
    '--cloud',
    'c.json',
    '--in-electron',
  ]);
  expect(parsed).toMatchObject({
    ok: true,
    command: {
      cloudPath: 'c.json',
      target: { kind: 'ip', address: '10.0.0.4' },
      localPort: 13_389,
      localAddress: '127.9.9.9',
      audience: 'any-user',
      messageBytes: 8192,
      pings: 'off',
      output: 'json',
    },
  });
});

test('a probe has its file, its patience and the answer to its question', () => {
  expect(parseCommand(['probe', ...reach, '--out', 'f.json'])).toMatchObject({
    command: { verb: 'probe', outPath: 'f.json', longestSeconds: 120, consent: 'ask' },
  });
  expect(parseCommand(['probe', ...reach, '--out', 'f.json', '--yes', '--seconds', '30'])).toMatchObject({
    command: { longestSeconds: 30, consent: 'given' },
  });
});

test.each([
  ['nothing', [], 'no command'],
  ['an unknown command', ['fly'], 'unknown command: fly'],
  ['two commands', ['tunnel', 'probe', ...reach], 'unknown command: tunnel probe'],
  ['an unknown flag', ['tunnel', ...reach, '--fast'], '--fast'],
  ['a flag without its value', ['tunnel', '--bastion'], '--bastion'],
  ['no Bastion', ['tunnel', '--target', vm, '--remote-port', '22'], '--bastion'],
  ['a Bastion that is none', ['tunnel', '--bastion', vm, '--target', vm, '--remote-port', '22'], '--bastion'],
  ['no target', ['tunnel', '--bastion', bastion, '--remote-port', '22'], '--target'],
  [
    'a target that is none',
    ['tunnel', '--bastion', bastion, '--target', 'web', '--remote-port', '22'],
    '--target',
  ],
  [
    'a target with a query',
    ['tunnel', '--bastion', bastion, '--target', `${vm}?a`, '--remote-port', '22'],
    '--target',
  ],
  ['a port out of range', ['tunnel', ...reach.slice(0, 4), '--remote-port', '70000'], '--remote-port'],
  ['port zero', ['tunnel', ...reach.slice(0, 4), '--remote-port', '0'], '--remote-port'],
  ['a local port that is no number', ['tunnel', ...reach, '--port', '1e3'], '--port'],
  ['a message that is too large', ['tunnel', ...reach, '--message-bytes', '65533'], '--message-bytes'],
  ['a probe without a file', ['probe', ...reach], '--out'],
])('%s is a usage error', (_name, args, said) => {
  const parsed = parseCommand(args);
  expect(parsed.ok).toBe(false);
  expect(parsed.ok ? '' : parsed.problem).toContain(said);
});

test('the usage can be asked for; an address that is not of this computer is refused', () => {
  expect(parseCommand(['--help'])).toEqual({ ok: false, problem: '', isHelp: true });
  expect(parseCommand(['tunnel', '--help'])).toMatchObject({ isHelp: true });
  const bastion = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/bastionHosts/b';
  const reach = ['tunnel', '--bastion', bastion, '--remote-port', '22'];
  expect(parseCommand([...reach, '--target', '10.0.0.4', '--address', '10.0.0.1'])).toEqual({
    ok: false,
    problem: '--address must be an address of this computer alone: 127.x.y.z',
  });
  expect(parseCommand(reach)).toEqual({ ok: false, problem: '--target is needed' });
});
