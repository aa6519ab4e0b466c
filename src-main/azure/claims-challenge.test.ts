import { expect, test } from 'vitest';
import { readClaimsChallenge } from './claims-challenge.ts';

const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
const header = (value: string, error = 'insufficient_claims') =>
  `Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", error="${error}", claims="${value}"`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('the claims of a continuous-access challenge are read', () => {
  expect(readClaimsChallenge(header(base64(claims)))).toBe(claims);
});

test.each([
  ['no header', undefined],
  ['another refusal', header(base64(claims), 'invalid_token')],
  ['no claims', 'Bearer error="insufficient_claims"'],
  ['claims that are no JSON', header(base64('nbf'))],
  ['claims that are no object', header(base64('1'))],
  ['more than any service sends', header(base64(claims)) + ' '.repeat(20_000)],
])('%s is none', (_name, value) => {
  expect(readClaimsChallenge(value)).toBeNull();
});
