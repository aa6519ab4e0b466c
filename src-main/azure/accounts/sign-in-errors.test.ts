import { AuthError, InteractionRequiredAuthError } from '@azure/msal-node';
import { expect, test } from 'vitest';
import { appError, type ErrorCode } from '../../../shared/errors.ts';
import { entraNumberOf, toSignInError } from './sign-in-errors.ts';

const said = (number: number) => `AADSTS${number}: Words. Trace ID: 1 Correlation ID: 2`;
const refused = (number: number, error = 'invalid_grant') => new AuthError(error, 'c-1', said(number));
const wanting = (number: number) =>
  new InteractionRequiredAuthError('interaction_required', 'c-1', said(number));

test.each<[number, ErrorCode]>([
  [50_072, 'sign-in-mfa-needed'],
  [50_074, 'sign-in-mfa-needed'],
  [50_076, 'sign-in-mfa-needed'],
  [50_078, 'sign-in-mfa-needed'],
  [50_158, 'sign-in-mfa-needed'],
  [53_001, 'sign-in-device-needed'],
  [53_002, 'sign-in-device-needed'],
  [530_032, 'sign-in-policy-blocked'],
  [90_093, 'sign-in-admin-consent-needed'],
  [50_105, 'sign-in-app-blocked'],
  [50_034, 'sign-in-not-a-member'],
  [50_053, 'sign-in-account-blocked'],
  [700_084, 'sign-in-expired'],
  [50_173, 'sign-in-expired'],
  [90_033, 'authority-busy'],
])('AADSTS%i is %s, with its correlation id', (number, code) => {
  expect(toSignInError(refused(number))).toMatchObject({ code, correlationId: 'c-1' });
  expect(toSignInError(wanting(number))).toMatchObject({ code });
});

test('a number that is not known: a sign-in helps if Entra wants one, else nothing is promised', () => {
  expect(toSignInError(wanting(99_999)).code).toBe('sign-in-expired');
  expect(toSignInError(refused(99_999, 'invalid_request')).code).toBe('sign-in-failed');
});

test('what Azure itself had asked for is told as that, unless somebody else must act', () => {
  expect(toSignInError(refused(700_082), null, true).code).toBe('sign-in-challenge');
  expect(toSignInError(wanting(50_076), null, true).code).toBe('sign-in-challenge');
  expect(toSignInError(refused(53_003), null, true).code).toBe('sign-in-policy-blocked');
});

test('a refusal in the browser is a cancelled sign-in only if Entra names no other reason', () => {
  expect(toSignInError(new AuthError('access_denied', 'c-1', said(65_004))).code).toBe('sign-in-cancelled');
  expect(toSignInError(new AuthError('access_denied', 'c-1', said(50_105))).code).toBe('sign-in-app-blocked');
});

test('a network that failed is told as the network', () => {
  const network = appError('proxy-auth-needed');
  expect(toSignInError(new AuthError('network_error', 'c-1', 'failed'), network)).toBe(network);
  expect(toSignInError(new AuthError('network_error', 'c-1', 'failed')).code).toBe('authority-unreachable');
  expect(toSignInError(new AuthError('server_error', 'c-1', 'failed')).code).toBe('authority-busy');
});

test('numbers are read whole', () => {
  expect([entraNumberOf(said(7_000_112)), entraNumberOf('no number')]).toEqual([7_000_112, null]);
});
