import { expect, test } from 'vitest';
import { powerProblem } from './power-actions.ts';

const may = { powerActions: { start: 'allowed', restart: 'allowed', deallocate: 'unknown' } } as const;

test.each([
  ['running', 'start', 'runs already'],
  ['running', 'restart', null],
  ['running', 'deallocate', null],
  ['stopped', 'start', null],
  ['stopped', 'restart', 'does not run'],
  ['stopped', 'deallocate', null],
  ['deallocated', 'start', null],
  ['deallocated', 'deallocate', 'is deallocated'],
  ['starting', 'start', 'already changing'],
  // Where Azure gave no state, nothing is ruled out.
  ['unknown', 'start', null],
  ['unknown', 'restart', null],
] as const)('a machine that is %s: %s: %s', (power, action, expected) => {
  expect(powerProblem({ power }, may, action)).toBe(expected);
  expect(powerProblem({ power }, undefined, action)).toBe(expected);
});

test('what the user may not do cannot be done, whatever the state', () => {
  const denied = { powerActions: { start: 'denied', restart: 'denied', deallocate: 'denied' } } as const;
  expect(powerProblem({ power: 'stopped' }, denied, 'start')).toBe('no permission');
});
