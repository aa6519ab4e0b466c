import { expect, test } from 'vitest';
import { BasicAuthenticator, parseChallenges } from './proxy-authenticator.ts';

test.each([
  [[], []],
  [[''], []],
  [['Basic realm="corp"'], ['basic|realm="corp"']],
  [
    ['Negotiate', 'NTLM'],
    ['negotiate|', 'ntlm|'],
  ],
  [['Negotiate, NTLM, Basic realm="a, b"'], ['negotiate|', 'ntlm|', 'basic|realm="a, b"']],
  [
    ['Digest realm="a", nonce="b", qop=auth, Basic realm="c"'],
    ['digest|realm="a", nonce="b", qop=auth', 'basic|realm="c"'],
  ],
  [['Digest realm="Basic, NTLM"'], ['digest|realm="Basic, NTLM"']],
  [['Digest realm="a \\" Basic , b"'], ['digest|realm="a \\" Basic , b"']],
  [['Digest realm = "a", nonce = "b"'], ['digest|realm = "a", nonce = "b"']],
  [['Negotiate YIIBhg=='], ['negotiate|YIIBhg==']],
  [['realm="stray"'], []],
])('challenges: %j', (headers, expected) => {
  expect(parseChallenges(headers).map(({ scheme, rest }) => `${scheme}|${rest}`)).toEqual(expected);
});

test('Basic answers only where it is offered and known', async () => {
  const basic = [{ scheme: 'basic', rest: '' }];
  const known = new BasicAuthenticator({ user: 'ada', password: 'p' });
  expect(await known.answer(basic)).toBe(`Basic ${Buffer.from('ada:p').toString('base64')}`);
  expect(await known.answer([{ scheme: 'negotiate', rest: '' }])).toBeNull();
  expect(await known.answer([])).toBeNull();
  expect(await new BasicAuthenticator(null).answer(basic)).toBeNull();
});
