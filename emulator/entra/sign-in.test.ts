import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../index.ts';
import { createClock, demo, startDemo } from '../testing/estate.ts';
import { type Answer, fetchText, formAction, formFields, pickAccount, signIn } from '../testing/walk.ts';

const verifier = 'a-verifier-of-enough-length-for-the-rule-0123456789';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const redirect = 'http://localhost:1';

describe('sign-in', () => {
  const clock = createClock();
  let emulator: Emulator;
  let ca: string;
  let front: string;

  beforeAll(async () => {
    emulator = await startDemo({ now: clock.now });
    ca = readFileSync(emulator.cloud.caFile, 'utf8');
    const metadata = await fetchText(
      `${emulator.cloud.authority}/common/v2.0/.well-known/openid-configuration`,
      { ca },
    );
    front = new URL(metadata.json<{ authorization_endpoint: string }>().authorization_endpoint).origin;
  });
  afterAll(() => emulator.dispose());

  const authorizeAddress = (more: Readonly<Record<string, string>> = {}, tenant = 'organizations'): string =>
    `${front}/${tenant}/oauth2/v2.0/authorize?${new URLSearchParams({
      client_id: emulator.cloud.clientId,
      response_type: 'code',
      redirect_uri: redirect,
      response_mode: 'form_post',
      scope: `${emulator.cloud.arm.scope} openid offline_access`,
      state: 'st&te"',
      client_info: '1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...more,
    }).toString()}`;
  const redeem = (form: Readonly<Record<string, string>>, tenant = 'organizations'): Promise<Answer> =>
    fetchText(`${emulator.cloud.authority}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      ca,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: emulator.cloud.clientId,
        redirect_uri: redirect,
        scope: `${emulator.cloud.arm.scope} openid offline_access`,
        ...form,
      }).toString(),
    });
  const withCode = (code: string, more: Readonly<Record<string, string>> = {}) =>
    redeem({ grant_type: 'authorization_code', code, code_verifier: verifier, ...more });
  const errorOf = (answer: Answer) => {
    const body = answer.json();
    return [answer.status, body['error'], (body['error_codes'] as number[] | undefined)?.[0]];
  };

  it('describes itself as OpenID Connect asks, with browser pages on plain HTTP', async () => {
    const answer = await fetchText(
      `${emulator.cloud.authority}/${demo.contoso}/v2.0/.well-known/openid-configuration`,
      { ca },
    );
    expect(answer.json()).toMatchObject({
      issuer: `${emulator.cloud.authority}/${demo.contoso}/v2.0`,
      token_endpoint: `${emulator.cloud.authority}/${demo.contoso}/oauth2/v2.0/token`,
      authorization_endpoint: `${front}/${demo.contoso}/oauth2/v2.0/authorize`,
    });
  });

  it('shows one button for each user, the hinted one first', async () => {
    const page = await fetchText(authorizeAddress({ login_hint: demo.grace }));
    expect([...page.text.matchAll(/name="upn" value="([^"]+)"/g)].map((match) => match[1])).toEqual([
      demo.grace,
      demo.ada,
    ]);
  });

  it('posts code, state and client info to the redirect address', async () => {
    const fields = await pickAccount(authorizeAddress(), demo.ada);
    expect({
      state: fields['state'],
      info: JSON.parse(Buffer.from(fields['client_info'] ?? '', 'base64url').toString('utf8')),
      code: (fields['code'] ?? '').length > 20,
    }).toEqual({
      state: 'st&te"',
      info: { uid: 'a0a0a0a0-1815-4d12-a10b-1852c0de0001', utid: demo.contoso },
      code: true,
    });
  });

  it('answers in the query if asked to', async () => {
    const fields = await pickAccount(authorizeAddress({ response_mode: 'query' }), demo.ada);
    expect(Object.keys(fields).sort()).toEqual(['client_info', 'code', 'session_state', 'state']);
  });

  it('tells the application that the user cancelled', async () => {
    const page = await fetchText(authorizeAddress());
    const answer = await fetchText(front + formAction(page.text), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...formFields(page.text), cancel: '1' }).toString(),
    });
    expect(formFields(answer.text)).toMatchObject({ error: 'access_denied', state: 'st&te"' });
  });

  it.each([
    ['another host as redirect address', { redirect_uri: 'https://evil.example/' }, 'AADSTS50011'],
    ['an unknown application', { client_id: 'c0ffee00-0000-4000-8000-000000000000' }, 'AADSTS700016'],
  ])('never redirects for %s', async (_name, more, code) => {
    const answer = await fetchText(authorizeAddress(more));
    expect([answer.status, answer.text.includes(code), answer.headers['location']]).toEqual([
      400,
      true,
      undefined,
    ]);
  });

  it('knows that nobody is signed in, and then that somebody is', async () => {
    const silent = authorizeAddress({ prompt: 'none', response_mode: 'query' });
    const before = await fetchText(silent);
    const cookie = await signInForCookie();
    const after = await fetchText(silent, { headers: { cookie } });
    const forced = await fetchText(authorizeAddress({ prompt: 'login', login_hint: demo.ada }), {
      headers: { cookie },
    });
    const names = (answer: Answer) => [...new URL(String(answer.headers['location'])).searchParams.keys()];
    expect([
      names(before).includes('error'),
      names(after).includes('code'),
      forced.text.includes('Pick an account'),
    ]).toEqual([true, true, true]);
  });

  async function signInForCookie(): Promise<string> {
    const page = await fetchText(authorizeAddress());
    const answer = await fetchText(front + formAction(page.text), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...formFields(page.text), upn: demo.ada }).toString(),
    });
    return String(answer.headers['set-cookie']).split(';')[0] ?? '';
  }

  it('gives tokens with tenant, audience and expiry', async () => {
    const { code = '' } = await pickAccount(authorizeAddress(), demo.ada);
    const body = (await withCode(code)).json<Record<string, string>>();
    const claims = decodeJwt(body['access_token'] ?? '');
    expect({
      type: body['token_type'],
      tid: claims['tid'],
      oid: claims['oid'],
      upn: claims['upn'],
      aud: claims.aud,
      life: (claims.exp ?? 0) - (claims.iat ?? 0),
      id: decodeJwt(body['id_token'] ?? '')['preferred_username'],
    }).toEqual({
      type: 'Bearer',
      tid: demo.contoso,
      oid: 'a0a0a0a0-1815-4d12-a10b-1852c0de0001',
      upn: demo.ada,
      aud: 'https://management.emulated.example',
      life: 3600,
      id: demo.ada,
    });
  });

  it('takes a code once, with its proof, its application and its redirect address', async () => {
    const fresh = async () => (await pickAccount(authorizeAddress(), demo.ada))['code'] ?? '';
    const used = await fresh();
    await withCode(used);
    expect([
      errorOf(await withCode(used)),
      errorOf(await withCode(await fresh(), { code_verifier: 'something else' })),
      errorOf(await withCode(await fresh(), { redirect_uri: 'http://localhost:2' })),
      errorOf(await withCode(await fresh(), { scope: 'https://elsewhere.example/.default' })),
    ]).toEqual([
      [400, 'invalid_grant', 54005],
      [400, 'invalid_grant', 501481],
      [400, 'invalid_grant', 500112],
      [400, 'invalid_resource', 500011],
    ]);
  });

  it('lets a code expire', async () => {
    const { code = '' } = await pickAccount(authorizeAddress(), demo.ada);
    clock.advance(11 * 60 * 1000);
    expect(errorOf(await withCode(code))).toEqual([400, 'invalid_grant', 70008]);
  });

  it('redeems a refresh token for every tenant the user is a member of, and no other', async () => {
    const { refresh_token = '' } = await signIn(emulator.cloud, demo.ada);
    const grace = await signIn(emulator.cloud, demo.grace);
    const guest = await redeem({ grant_type: 'refresh_token', refresh_token }, demo.fabrikam);
    const stranger = await redeem(
      { grant_type: 'refresh_token', refresh_token: grace['refresh_token'] ?? '' },
      demo.contoso,
    );
    const body = guest.json<Record<string, string>>();
    const claims = decodeJwt(body['access_token'] ?? '');
    expect({
      tid: claims['tid'],
      otherOid: claims['oid'] !== 'a0a0a0a0-1815-4d12-a10b-1852c0de0001',
      rotated: body['refresh_token'] !== refresh_token,
      stranger: errorOf(stranger),
    }).toEqual({
      tid: demo.fabrikam,
      otherOid: true,
      rotated: true,
      stranger: [400, 'invalid_grant', 50020],
    });
  });

  it.each([
    ['kept', 200],
    ['revoked', 400],
  ] as const)('a used refresh token is %s', async (usedRefreshTokens, status) => {
    emulator.updateEstate({ switches: { usedRefreshTokens } });
    const { refresh_token = '' } = await signIn(emulator.cloud, demo.ada);
    await redeem({ grant_type: 'refresh_token', refresh_token });
    expect((await redeem({ grant_type: 'refresh_token', refresh_token })).status).toBe(status);
  });

  it('refuses refresh tokens after they were revoked', async () => {
    const { refresh_token = '' } = await signIn(emulator.cloud, demo.ada);
    emulator.revokeRefreshTokens();
    expect(errorOf(await redeem({ grant_type: 'refresh_token', refresh_token }))).toEqual([
      400,
      'invalid_grant',
      700082,
    ]);
  });

  it('tells a device to wait, then that it was declined', async () => {
    const started = (
      await fetchText(`${emulator.cloud.authority}/organizations/oauth2/v2.0/devicecode`, {
        method: 'POST',
        ca,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          client_id: emulator.cloud.clientId,
          scope: emulator.cloud.arm.scope,
        }).toString(),
      })
    ).json<Record<string, string>>();
    const poll = () => redeem({ grant_type: 'device_code', device_code: started['device_code'] ?? '' });
    const waiting = errorOf(await poll());
    await fetchText(started['verification_uri'] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ user_code: started['user_code'] ?? '', cancel: '1' }).toString(),
    });
    expect([waiting, errorOf(await poll()), errorOf(await poll())]).toEqual([
      [400, 'authorization_pending', 70016],
      [400, 'authorization_declined', 70000],
      [400, 'invalid_grant', 70018],
    ]);
  });

  it('refuses a program with a wrong secret', async () => {
    const answer = await redeem(
      { grant_type: 'client_credentials', client_id: demo.program, client_secret: 'wrong' },
      demo.contoso,
    );
    expect(errorOf(answer)).toEqual([401, 'invalid_client', 7000215]);
  });

  it.each([
    ['issued', 200],
    ['refused', 400],
  ] as const)('SSH certificates are %s', async (sshCertificates, status) => {
    emulator.updateEstate({ switches: { sshCertificates, usedRefreshTokens: 'kept' } });
    const { refresh_token = '' } = await signIn(emulator.cloud, demo.ada);
    const key = { kty: 'RSA', n: Buffer.alloc(256, 0xc1).toString('base64url'), e: 'AQAB', kid: 'k' };
    const answer = await redeem({
      grant_type: 'refresh_token',
      refresh_token,
      scope: emulator.cloud.sshCertScope,
      token_type: 'ssh-cert',
      req_cnf: JSON.stringify(key),
      key_id: 'k',
    });
    expect(answer.status).toBe(status);
  });

  it('fails as a fault says, once', async () => {
    const { refresh_token = '' } = await signIn(emulator.cloud, demo.ada);
    emulator.setFaults({ failSignIn: { times: 1, error: 'interaction_required', suberror: 'basic_action' } });
    const failed = await redeem({ grant_type: 'refresh_token', refresh_token });
    const passed = await redeem({ grant_type: 'refresh_token', refresh_token });
    expect([failed.json()['suberror'], passed.status]).toEqual(['basic_action', 200]);
  });
});
