import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../index.ts';
import { type ArmClient, armClient } from '../testing/arm.ts';
import { createClock, demo, networkId, startDemo, vmId } from '../testing/estate.ts';
import { type Answer, fetchText, signIn } from '../testing/walk.ts';

const errorOf = (answer: Answer) => {
  const body = answer.json<{ error?: { code: string } }>();
  return [answer.status, body.error?.code];
};

describe('the resource manager', () => {
  const clock = createClock();
  let emulator: Emulator;
  let ada: ArmClient;
  let grace: ArmClient;

  beforeAll(async () => {
    emulator = await startDemo({ now: clock.now });
    [ada, grace] = await Promise.all([
      armClient(emulator.cloud, demo.ada),
      armClient(emulator.cloud, demo.grace),
    ]);
  });
  afterEach(() => emulator.clearFaults());
  afterAll(() => emulator.dispose());

  const anonymous = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    fetchText(`${emulator.cloud.arm.endpoint}${path}`, {
      ca: readFileSync(emulator.cloud.caFile, 'utf8'),
      headers,
    });

  it('wants a version, a token, a good token, and one for itself', async () => {
    const path = '/tenants?api-version=2022-12-01';
    const ssh = (await signIn(emulator.cloud, demo.ada, 'organizations', emulator.cloud.sshCertScope))[
      'access_token'
    ];
    expect([
      errorOf(await anonymous('/tenants')),
      errorOf(await anonymous('/tenants?api-version=new')),
      errorOf(await anonymous(path)),
      errorOf(await anonymous(path, { authorization: 'Bearer x.y.z' })),
      errorOf(await anonymous(path, { authorization: `Bearer ${ada.token.slice(0, -6)}AAAAAA` })),
      errorOf(await anonymous(path, { authorization: `Bearer ${ssh ?? ''}` })),
    ]).toEqual([
      [400, 'MissingApiVersionParameter'],
      [400, 'InvalidApiVersionParameter'],
      [401, 'AuthenticationFailed'],
      [401, 'InvalidAuthenticationToken'],
      [401, 'InvalidAuthenticationToken'],
      [401, 'InvalidAuthenticationTokenAudience'],
    ]);
  });

  it('refuses a token that has expired', async () => {
    const own = createClock();
    const shortLived = await startDemo({ now: own.now, switches: { accessTokenSeconds: 60 } });
    const client = await armClient(shortLived.cloud, demo.ada);
    own.advance(61_000);
    const answer = await client.get('/tenants');
    await shortLived.dispose();
    expect(errorOf(answer)).toEqual([401, 'ExpiredAuthenticationToken']);
  });

  it('lists tenants whatever the token, and subscriptions of the token alone', async () => {
    const guest = await armClient(emulator.cloud, demo.ada, demo.fabrikam);
    const list = async (client: ArmClient, path: string, key: string) =>
      (await client.get(path)).json<{ value: Record<string, unknown>[] }>().value.map((each) => each[key]);
    expect({
      tenants: await list(guest, '/tenants', 'displayName'),
      home: await list(ada, '/subscriptions', 'displayName'),
      guest: await list(guest, '/subscriptions', 'displayName'),
      grace: await list(grace, '/subscriptions', 'displayName'),
    }).toEqual({
      tenants: ['Contoso', 'Fabrikam'],
      home: ['Contoso Connectivity', 'Contoso Web', 'Contoso Data'],
      guest: ['Fabrikam Production', 'Fabrikam Lab'],
      grace: ['Fabrikam Production', 'Fabrikam Lab'],
    });
  });

  it('sends a token of another tenant back with the right one', async () => {
    const answer = await ada.get(`/subscriptions/${demo.production}`);
    expect([...errorOf(answer), String(answer.headers['www-authenticate']).includes(demo.fabrikam)]).toEqual([
      401,
      'InvalidAuthenticationTokenTenant',
      true,
    ]);
  });

  it('pages with absolute links', async () => {
    emulator.updateEstate({ switches: { armPageSize: 4 } });
    const path = `/subscriptions/${demo.web}/providers/Microsoft.Compute/virtualMachines`;
    const first = (await ada.get(path)).json<{ value: unknown[]; nextLink: string }>();
    const second = (await ada.get(first.nextLink)).json<{ value: unknown[]; nextLink?: string }>();
    emulator.updateEstate({ switches: { armPageSize: 100 } });
    expect([
      first.value.length,
      first.nextLink.startsWith(`${emulator.cloud.arm.endpoint}/`),
      second.value.length,
      second.nextLink,
    ]).toEqual([4, true, 2, undefined]);
  });

  it('lists only what can be read', async () => {
    const read = async (path: string) =>
      (await grace.get(path)).json<{ value: { name: string }[] }>().value.map((each) => each.name);
    const production = `/subscriptions/${demo.production}/providers`;
    expect([
      await read(`${production}/Microsoft.Compute/virtualMachines`),
      await read(`${production}/Microsoft.Network/bastionHosts`),
      await read(`/subscriptions/${demo.lab}/resourcegroups`),
    ]).toEqual([['erp-app-01'], [], ['rg-lab-weu']]);
  });

  it('says who may not do what where', async () => {
    const group = networkId(demo.web, 'rg-web-secure', 'networkSecurityGroups', 'nsg-vault');
    const answer = await ada.get(group);
    expect([answer.status, answer.json<{ error: unknown }>().error]).toEqual([
      403,
      {
        code: 'AuthorizationFailed',
        message: `The client '${demo.ada}' with object id 'a0a0a0a0-1815-4d12-a10b-1852c0de0001' does not have authorization to perform action 'Microsoft.Network/networkSecurityGroups/read' over scope '${group}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      },
    ]);
  });

  it.each([
    ['a machine', vmId(demo.data, 'rg-data-weu', 'nobody'), 404, 'ResourceNotFound'],
    ['a group', vmId(demo.data, 'rg-nowhere', 'nobody'), 404, 'ResourceGroupNotFound'],
    ['a subscription', '/subscriptions/99999999-0000-4000-8000-000000000000', 404, 'SubscriptionNotFound'],
    [
      'a subnet',
      `${networkId(demo.data, 'rg-data-weu', 'virtualNetworks', 'vnet-data-weu')}/subnets/none`,
      404,
      'NotFound',
    ],
    ['what it may not read', vmId(demo.web, 'rg-elsewhere', 'nobody'), 403, 'AuthorizationFailed'],
  ])('does not find %s', async (_name, path, status, code) => {
    expect(errorOf(await ada.get(path))).toEqual([status, code]);
  });

  it('lists permissions of a resource', async () => {
    const answer = await ada.get(
      `${vmId(demo.data, 'rg-data-weu', 'db-01')}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`,
    );
    const sets = answer.json<{ value: { actions: string[] }[] }>().value;
    expect(
      sets.map(
        (set) =>
          set.actions.includes('*/read') || set.actions.includes('Microsoft.Compute/virtualMachines/*'),
      ),
    ).toEqual([true, true]);
  });

  it.each([
    ['mixed', true, false],
    ['as-written', false, true],
  ] as const)(
    'spells ids %s, and writes false flags or not',
    async (armIdCasing, armAbsentFalse, isPresent) => {
      emulator.updateEstate({ switches: { armIdCasing, armAbsentFalse } });
      const machine = (await ada.get(vmId(demo.web, 'rg-web-weu', 'web-01'))).json<{
        properties: { networkProfile: { networkInterfaces: { id: string }[] } };
      }>();
      const bastion = (
        await ada.get(networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu'))
      ).json<{
        properties: Record<string, unknown>;
      }>();
      const nic = machine.properties.networkProfile.networkInterfaces[0]?.id ?? '';
      expect([nic.includes('/RG-WEB-WEU/'), 'enableFileCopy' in bastion.properties]).toEqual([
        armIdCasing === 'mixed',
        isPresent,
      ]);
    },
  );

  it('carries the headers that support asks for', async () => {
    const { headers } = await ada.get(vmId(demo.web, 'rg-web-weu', 'web-01'));
    expect(headers).toMatchObject({
      'x-ms-request-id': expect.any(String),
      'x-ms-correlation-request-id': expect.any(String),
      'x-ms-ratelimit-remaining-subscription-reads': expect.stringMatching(/^\d+$/),
      'x-ms-ratelimit-remaining-resource': expect.stringMatching(/^Microsoft\.Compute\//),
    });
  });

  describe('with faults', () => {
    const path = vmId(demo.web, 'rg-web-weu', 'web-01');

    it('throttles, fails with and without envelope, and recovers', async () => {
      emulator.setFaults({
        throttleArm: { times: 1, retryAfterSeconds: 7 },
        failArm: [{ times: 1 }, { times: 1, status: 503, envelope: false, code: 'Busy' }],
      });
      const throttled = await ada.get(path);
      const failed = await ada.get(path);
      const bare = await ada.get(path);
      expect([
        [throttled.status, throttled.headers['retry-after']],
        errorOf(failed),
        [bare.status, bare.json()['code']],
        (await ada.get(path)).status,
      ]).toEqual([[429, '7'], [500, 'InternalServerError'], [503, 'Busy'], 200]);
    });

    it('touches only the paths that a fault names', async () => {
      emulator.setFaults({ failArm: { path: '/bastionhosts' } });
      const other = await ada.get(path);
      const named = await ada.get(
        `/subscriptions/${demo.connectivity}/providers/Microsoft.Network/bastionHosts`,
      );
      expect([other.status, named.status]).toEqual([200, 500]);
    });

    it('asks for a fresh sign-in', async () => {
      emulator.setFaults({ claimsChallenge: {} });
      const answer = await ada.get(path);
      expect([answer.status, String(answer.headers['www-authenticate'])]).toEqual([
        401,
        expect.stringMatching(/error="insufficient_claims", claims="[A-Za-z0-9+/=]+"/),
      ]);
    });

    it('cuts the connection', async () => {
      emulator.setFaults({ resetArm: { times: 1 } });
      await expect(ada.get(path)).rejects.toMatchObject({ code: 'ECONNRESET' });
    });
  });
});
