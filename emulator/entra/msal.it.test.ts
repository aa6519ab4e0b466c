import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
} from '@azure/msal-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../index.ts';
import { demo, startDemo } from '../testing/estate.ts';
import { fetchText, formFields, pickAccount } from '../testing/walk.ts';

/** MSAL's network by hand, with the emulator's authority: the way a desktop application does it. */
function networkClient(ca: string): INetworkModule {
  const send = <T>(
    url: string,
    method: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        { method, ca, headers: options?.headers ?? {}, agent: false },
        (response) => {
          let text = '';
          response.on('data', (part: Buffer) => {
            text += part.toString('utf8');
          });
          response.on('end', () =>
            resolve({
              headers: response.headers as Record<string, string>,
              body: JSON.parse(text) as T,
              status: response.statusCode ?? 0,
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(options?.body);
    });
  return {
    sendGetRequestAsync: (url, options) => send(url, 'GET', options),
    sendPostRequestAsync: (url, options) => send(url, 'POST', options),
  };
}

/** What a browser does: opens the page, picks an account, posts the form to the loopback address. */
async function browse(address: string, upn: string): Promise<void> {
  const fields = await pickAccount(address, upn);
  await fetchText(new URL(address).searchParams.get('redirect_uri') ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

describe('MSAL', () => {
  let emulator: Emulator;
  let application: PublicClientApplication;
  let first: AuthenticationResult;

  beforeAll(async () => {
    emulator = await startDemo({ switches: { deviceCodeIntervalSeconds: 1 } });
    application = new PublicClientApplication({
      auth: {
        clientId: emulator.cloud.clientId,
        authority: `${emulator.cloud.authority}/organizations`,
        knownAuthorities: [...emulator.cloud.knownAuthorities],
      },
      system: { networkClient: networkClient(readFileSync(emulator.cloud.caFile, 'utf8')) },
    });
    first = await application.acquireTokenInteractive({
      scopes: [emulator.cloud.arm.scope],
      openBrowser: (address) => browse(address, demo.ada),
    });
  });
  afterAll(() => emulator.dispose());

  it('signs in through the browser', () => {
    expect({
      tenant: first.tenantId,
      user: first.account?.username,
      home: first.account?.homeAccountId,
      scopes: first.scopes.includes(emulator.cloud.arm.scope),
    }).toEqual({
      tenant: demo.contoso,
      user: demo.ada,
      home: `a0a0a0a0-1815-4d12-a10b-1852c0de0001.${demo.contoso}`,
      scopes: true,
    });
  });

  it('gets a token of another tenant silently', async () => {
    const guest = await application.acquireTokenSilent({
      scopes: [emulator.cloud.arm.scope],
      // MSAL looks in its cache for the account's tenant, whatever the authority says.
      account: { ...(first.account ?? expect.fail('nobody signed in')), tenantId: demo.fabrikam },
      authority: `${emulator.cloud.authority}/${demo.fabrikam}`,
    });
    expect(guest.tenantId).toBe(demo.fabrikam);
  });

  it('is sent back to the browser by a tenant that wants a second factor, and then passes', async () => {
    emulator.updateEstate((estate) => {
      for (const tenant of estate.tenants) tenant.requireMfa = tenant.id === demo.fabrikam;
    });
    const account = first.account ?? expect.fail('nobody signed in');
    const wish = {
      scopes: [emulator.cloud.arm.scope],
      account,
      authority: `${emulator.cloud.authority}/${demo.fabrikam}`,
      forceRefresh: true,
    };
    await expect(application.acquireTokenSilent(wish)).rejects.toMatchObject({
      name: 'InteractionRequiredAuthError',
      subError: 'basic_action',
      claims: expect.stringContaining('capolids'),
    });
    await application.acquireTokenInteractive({
      ...wish,
      openBrowser: (address) => browse(address, demo.ada),
    });
    const passed = await application.acquireTokenSilent(wish);
    expect(passed.tenantId).toBe(demo.fabrikam);
  });

  it('signs in on another device', async () => {
    const result = await application.acquireTokenByDeviceCode({
      scopes: [emulator.cloud.arm.scope],
      deviceCodeCallback: ({ userCode, verificationUri }) => {
        const decide = async (): Promise<void> => {
          const page = await fetchText(`${verificationUri}?user_code=${userCode}`);
          await fetchText(verificationUri, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({ ...formFields(page.text), upn: demo.grace }).toString(),
          });
        };
        void decide();
      },
    });
    expect([result?.account?.username, result?.tenantId]).toEqual([demo.grace, demo.fabrikam]);
  });

  it('gets an SSH certificate by extra parameters', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const keyId = createHash('sha256')
      .update(n + e)
      .digest('hex');
    const wish = {
      scopes: [emulator.cloud.sshCertScope],
      account: first.account ?? expect.fail('nobody signed in'),
      forceRefresh: true,
      extraParameters: {
        token_type: 'ssh-cert',
        req_cnf: JSON.stringify({ kty: 'RSA', n, e, kid: keyId }),
        key_id: keyId,
      },
    };
    const result = await application.acquireTokenSilent(wish);
    expect([result.tokenType, result.accessToken.slice(0, 24)]).toEqual([
      'ssh-cert',
      'AAAAHHNzaC1yc2EtY2VydC12',
    ]);
  });

  it('signs a program in', async () => {
    const program = new ConfidentialClientApplication({
      auth: {
        clientId: demo.program,
        clientSecret: 'not-a-real-secret-night-shift',
        authority: `${emulator.cloud.authority}/${demo.contoso}`,
        knownAuthorities: [...emulator.cloud.knownAuthorities],
      },
      system: { networkClient: networkClient(readFileSync(emulator.cloud.caFile, 'utf8')) },
    });
    const result = await program.acquireTokenByClientCredential({ scopes: [emulator.cloud.arm.scope] });
    expect(result?.accessToken.split('.').length).toBe(3);
  });
});
