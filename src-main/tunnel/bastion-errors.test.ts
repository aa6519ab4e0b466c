import { expect, test } from 'vitest';
import { appError, type ErrorCode } from '../../shared/errors.ts';
import {
  claimsOf,
  messageOf,
  plainFailure,
  retryAfterOf,
  retryDelayMs,
  toStepFailure,
} from './bastion-errors.ts';

const answer = (status: number, body = '', headers: Readonly<Record<string, string>> = {}) =>
  toStepFailure('POST /api/tokens', { status, body, headers });

test.each<[number, string, ErrorCode]>([
  [400, '{"message":"Tunneling is disabled"}', 'bastion-native-client-off'],
  [500, '{"message":"Tunnelling is disabled"}', 'bastion-native-client-off'],
  [401, 'Unauthorized', 'bastion-unauthorized'],
  [403, '', 'bastion-forbidden'],
  [404, '{"message":"Target resource not found"}', 'bastion-rejected'],
  [429, '', 'bastion-busy'],
  [502, '<html>Bad gateway</html>', 'bastion-busy'],
  [503, '', 'bastion-busy'],
  [504, '', 'bastion-busy'],
  [500, '{"message":"Unexpected internal error"}', 'bastion-internal'],
])('%i %s is %s', (status, body, code) => {
  expect(answer(status, body).error.code).toBe(code);
});

test('the service’s own words are in the details, markup and secrets are not', () => {
  expect(answer(404, '{"message":"Invalid IP address for connection."}').error.detail).toBe(
    'POST /api/tokens answered 404: Invalid IP address for connection.',
  );
  const page = answer(502, `<h1>Bad  gateway</h1><p>aztoken=eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln</p>`);
  expect(page.error.detail).toContain('Bad gateway');
  expect(page.error.detail).not.toContain('eyJ');
});

test('a claims challenge is decoded; what is none is nothing', () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
  const header = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
  expect(claimsOf(header)).toBe(claims);
  expect(claimsOf('Bearer claims="bm90IGpzb24="')).toBeNull();
  expect(claimsOf('Bearer realm=""')).toBeNull();
  expect(claimsOf(undefined)).toBeNull();
  expect(answer(401, '', { 'www-authenticate': header }).claims).toBe(claims);
  // Only a 401 is a challenge.
  expect(answer(403, '', { 'www-authenticate': header }).claims).toBeNull();
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['86400', 30_000],
  ['Tue, 24 Nov 2026 12:00:05 GMT', 5_000],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['-3', null],
  [undefined, null],
])('Retry-After %s is %s ms', (header, ms) => {
  expect(retryAfterOf(header, Date.parse('2026-11-24T12:00:00Z'))).toBe(ms);
});

test.each<[ErrorCode, readonly (number | null)[]]>([
  ['bastion-busy', [500, 1000, null]],
  ['bastion-unreachable', [0, 1000, null]],
  ['bastion-internal', [1000, null]],
  ['websocket-refused', [1000, null]],
  ['tunnel-lost', [500, 1000, null]],
  ['target-silent', [0, null]],
  ['bastion-unauthorized', [0, null]],
  ['bastion-forbidden', [null]],
  ['bastion-rejected', [null]],
  ['bastion-native-client-off', [null]],
  ['bastion-answer-invalid', [null]],
  ['tls-untrusted', [null]],
  ['proxy-auth-needed', [null]],
])('%s is tried again after %j ms', (code, delays) => {
  const failure = plainFailure(appError(code));
  expect(delays.map((_delay, index) => retryDelayMs(failure, index + 1))).toEqual(delays);
});

test('the service’s wish to wait is obeyed', () => {
  const failure = answer(429, '', { 'retry-after': '3' });
  expect(retryDelayMs(failure, 1)).toBe(3_000);
});

test('what a service says is shown without control characters, and not at any length', () => {
  const hostile = JSON.stringify({
    message: `\u001b[2J\u001b]0;owned\u0007${'x'.repeat(1_000_000)}\r\nERROR forged`,
  });
  expect(messageOf(hostile)).not.toMatch(/\p{Cc}/u);
  expect(messageOf(hostile).length).toBeLessThan(1_000);
  expect(messageOf('\u001b[31mgateway\u0007')).not.toMatch(/\p{Cc}/u);
});

test('a page of nothing but opened tags does not hold up the engine', () => {
  const startMs = performance.now();
  messageOf('<'.repeat(1_000_000));
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
