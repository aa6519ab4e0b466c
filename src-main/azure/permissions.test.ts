import { expect, test } from 'vitest';
import { grants } from './permissions.ts';

const start = 'Microsoft.Compute/virtualMachines/start/action';

test.each<[string, readonly string[], readonly string[], boolean]>([
  ['everything', ['*'], [], true],
  ['another casing', ['microsoft.compute/VIRTUALMACHINES/*'], [], true],
  ['a pattern in the middle', ['*/start/action'], [], true],
  ['two wildcards', ['Microsoft.*/virtualMachines/*/action'], [], true],
  ['reads only', ['*/read'], [], false],
  ['another provider', ['Microsoft.Network/*'], [], false],
  ['taken out again', ['*'], ['Microsoft.Compute/virtualMachines/start/action'], false],
  ['taken out by a pattern', ['*'], ['Microsoft.Compute/*/action'], false],
  ['the action itself', [start], [], true],
  ['its beginning only', ['Microsoft.Compute/virtualMachines/start'], [], false],
  [
    'a pattern whose parts overlap',
    ['Microsoft.Compute/virtualMachines/start/action*start/action'],
    [],
    false,
  ],
])('%s', (_name, actions, notActions, expected) => {
  expect(grants([{ actions, notActions }], start)).toBe(expected);
});

test('one role takes nothing away from another', () => {
  expect(
    grants(
      [
        { actions: ['*'], notActions: ['Microsoft.Compute/*'] },
        { actions: ['Microsoft.Compute/virtualMachines/*'], notActions: [] },
      ],
      start,
    ),
  ).toBe(true);
});
