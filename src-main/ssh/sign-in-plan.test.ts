import { expect, test } from 'vitest';
import { planSignIn } from './sign-in-plan.ts';

const situation = {
  os: 'linux',
  adminUsername: 'azureuser',
  lastSuccess: null,
  hasAgent: true,
  keyPaths: ['/k'],
} as const;

test.each([
  [
    'administrator with the agent',
    situation,
    { user: 'azureuser', method: 'agent', keyPath: null, source: 'admin-username' },
  ],
  [
    'administrator with a key',
    { ...situation, hasAgent: false },
    { user: 'azureuser', method: 'key', keyPath: '/k', source: 'admin-username' },
  ],
  [
    'administrator with a password',
    { ...situation, hasAgent: false, keyPaths: [] },
    { user: 'azureuser', method: 'password', source: 'admin-username' },
  ],
  ['nothing known', { ...situation, adminUsername: '' }, { user: '', source: 'none' }],
  [
    'what worked last time comes first',
    { ...situation, lastSuccess: { user: 'ada', method: 'password', keyPath: null, port: 2222 } as const },
    { user: 'ada', method: 'password', port: 2222, source: 'last-success' },
  ],
])('%s', (_name, input, plan) => {
  expect(planSignIn(input)).toMatchObject(plan);
});

test('the reason names the user and the method', () => {
  expect(planSignIn(situation).reason).toBe(
    'Signs in as azureuser with the SSH agent: the administrator account of this machine.',
  );
});
