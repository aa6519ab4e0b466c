import { expect, test } from 'vitest';
import { redact } from './redact.ts';

const jwt = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQifQ.c2lnbmF0dXJl-_x';

test.each([
  [`aztoken=${jwt}&protocol=tcptunnel`, /eyJ|c2lnbm/],
  [`{"authToken":"5F1A5F1A","nodeId":"10.0.0.4","websocketToken":"77aa"}`, /5F1A|77aa/],
  ['wss://bst-1.bastion.azure.com/webtunnelv2/77aabb?X-Node-Id=10.0.0.4', /77aabb/],
  ['DELETE /api/tokens/5F1A5F1A5F1A', /5F1A5F1A/],
  [`Authorization: Bearer ${jwt}`, /eyJ/],
  ['authorization: Basic dXNlcjpwYXNz', /dXNlcjpwYXNz/],
  ['gatewayaccesstoken:s:opaque-secret-value', /opaque/],
  ['password=hunter2 user=ada', /hunter2/],
  ['{"password":"with \\" quote"}', /quote/],
  ['xfreerdp /u:ada /p:hunter2 /v:127.1.2.3', /hunter2/],
  ['refresh_token=0.AXoA-abc.def&grant_type=refresh_token', /AXoA/],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----', /b3Bl/],
])('takes the secret out of %s', (text, secret) => {
  expect(redact(text)).not.toMatch(secret);
});

test('leaves what helps: status, node, close code, durations, correlation ids', () => {
  const text =
    'POST /api/tokens 200 node 10.0.0.4 close 1011 in 712 ms, correlation 5b0a1c1e-0000-4000-8000-000000000000';
  expect(redact(text)).toBe(text);
});
