import { expect, test } from 'vitest';
import { checkHost, emptyHost } from './host-draft.ts';

test('a host needs an address and a Bastion; its name is free', () => {
  expect(checkHost(emptyHost)).toMatchObject({
    problems: { address: expect.stringContaining('IPv4'), bastionId: expect.stringContaining('Bastion') },
  });
  expect(checkHost({ name: ' fax ', address: ' 10.0.0.4 ', os: 'windows', bastionId: '/b' })).toEqual({
    draft: { name: 'fax', address: '10.0.0.4', os: 'windows', bastionId: '/b' },
  });
});

test.each([['10.0.0'], ['10.0.0.256'], ['fax.example'], ['::1'], ['10.0.0.4:22']])(
  '%s is no address',
  (address) => {
    expect(checkHost({ ...emptyHost, address, bastionId: '/b' })).toHaveProperty('problems.address');
  },
);
