import { expect, test } from 'vitest';
import { ServingTable } from './serving-table.ts';

const [home, other] = ['tenant-home', 'tenant-other'];
const ada = { id: 'ada', homeTenantId: home };
const grace = { id: 'grace', homeTenantId: other };
const alan = { id: 'alan', homeTenantId: home };

function table(choices: Record<string, string> = {}, members = [ada, grace]) {
  const made = new ServingTable(choices);
  made.setMembers(members);
  return made;
}

test('a directory is served by the account that is at home there, whoever listed it first', () => {
  const serves = table();
  serves.offer(other, 'ada');
  serves.offer(other, 'grace');
  expect([serves.serving(home), serves.serving(other)]).toEqual(['ada', 'grace']);
});

test('nobody at home: the first that listed it', () => {
  const serves = table();
  serves.offer('t3', 'grace');
  serves.offer('t3', 'ada');
  expect([serves.serving('t3'), serves.candidates('t3')]).toEqual(['grace', ['grace', 'ada']]);
  expect(serves.serving('never listed')).toBeNull();
});

test('the user’s choice comes first, as long as that account is there', () => {
  const serves = table({ [other]: 'ada', [home]: 'gone' });
  expect(serves.serving(other)).toBe('grace'); // not offered yet
  serves.offer(other, 'ada');
  expect([serves.serving(other), serves.serving(home)]).toEqual(['ada', 'ada']);
  serves.setMembers([grace]);
  expect([serves.serving(other), serves.serving(home)]).toEqual(['grace', null]);
});

test('of two accounts with the same home, the first to sign in serves it until the user chooses', () => {
  const serves = table({}, [ada, alan]);
  expect(serves.serving(home)).toBe('ada');
  serves.setChoices({ [home]: 'alan' });
  expect(serves.serving(home)).toBe('alan');
});

test('an offer of somebody who is not signed in is no news', () => {
  const serves = table();
  expect([serves.offer('t3', 'nobody'), serves.offer('t3', 'ada'), serves.offer('t3', 'ada')]).toEqual([
    false,
    true,
    false,
  ]);
  expect(serves.tenantsOf('ada')).toEqual([home, 't3']);
});
