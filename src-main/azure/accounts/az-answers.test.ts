import { expect, test } from 'vitest';
import { readAzAccount, readAzToken, toAzError } from './az-answers.ts';

const tenantId = '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10';

test('the account is read, with its home where the CLI knows it', () => {
  const answer = {
    environmentName: 'AzureCloud',
    homeTenantId: null,
    tenantId,
    user: { name: 'ada', type: 'user' },
  };
  expect(readAzAccount(JSON.stringify(answer))).toEqual({
    username: 'ada',
    homeTenantId: tenantId,
    cloudName: 'AzureCloud',
  });
  expect(readAzAccount('WARNING: not JSON')).toBeNull();
});

test('the life of a token is read in seconds, or in local time from an old CLI', () => {
  const local = new Date(2026, 10, 24, 13, 45, 7).getTime();
  const answer = { accessToken: 'secret', expiresOn: '2026-11-24 13:45:07.000000', tenant: tenantId };
  expect(readAzToken(JSON.stringify({ ...answer, expires_on: 1_790_000_000 }))).toEqual({
    token: 'secret',
    expiresAtMs: 1_790_000_000_000,
  });
  expect(readAzToken(JSON.stringify(answer))).toEqual({ token: 'secret', expiresAtMs: local });
  expect(readAzToken(JSON.stringify({ ...answer, expiresOn: 'soon' }))).toBeNull();
});

test.each([
  ["ERROR: Please run 'az login' to setup account.", 'az-not-signed-in'],
  [
    'ERROR: AADSTS50076: Due to a configuration change made by your administrator… To re-authenticate, please run: az login',
    'az-sign-in-needed',
  ],
  ['ERROR: AADSTS700082: The refresh token has expired due to inactivity.', 'az-sign-in-needed'],
  ['ERROR: HTTPSConnectionPool(host=…): Max retries exceeded', 'az-failed'],
])('%s is %s', (stderr, code) => {
  expect(toAzError(stderr, 'az login --tenant t').code).toBe(code);
});

test('the command that mends it stands first in the details', () => {
  const error = toAzError('AADSTS50076: a second factor', 'az login --tenant t');
  expect(error.detail?.split('\n')).toEqual(['az login --tenant t', 'AADSTS50076: a second factor']);
});
