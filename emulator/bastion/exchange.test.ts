import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../index.ts';
import { createClock, demo, networkId, startDemo, vmId } from '../testing/estate.ts';
import { type Client, connectTo, type Exchanged, next } from '../testing/tunnel.ts';
import { type Answer, signIn } from '../testing/walk.ts';
import { endpointAt } from './context.ts';
import { createWorld } from '../world.ts';
import { dataPlaneHost, podHost } from '../estate/inventory.ts';

const web = vmId(demo.web, 'rg-web-weu', 'web-01');
const hub = networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu');

/** The data-plane host of a Bastion of the demo estate. */
function hostOf(emulator: Emulator, bastionId: string, isPod = false): string {
  const world = createWorld(emulator.estate(), { latencies: 'none' });
  const bastion = world.inventory.findKind('bastion', bastionId) ?? expect.fail(`no ${bastionId}`);
  return isPod ? podHost(bastion) : dataPlaneHost(bastion);
}

describe('the token exchange', () => {
  const clock = createClock();
  let emulator: Emulator;
  let bastion: Client;
  let ada: string;

  beforeAll(async () => {
    emulator = await startDemo({ now: clock.now });
    bastion = await connectTo(emulator.cloud, hostOf(emulator, hub));
    ada = (await signIn(emulator.cloud, demo.ada))['access_token'] ?? '';
  });
  afterEach(() => {
    emulator.updateEstate(emulator.baseEstate);
    emulator.clearFaults();
  });
  afterAll(() => emulator.dispose());

  const form = (more: Readonly<Record<string, string>> = {}) => ({
    resourceId: web,
    workloadHostPort: '7',
    aztoken: ada,
    ...more,
  });
  const verdict = (answer: Answer) => {
    const isJson = String(answer.headers['content-type']).includes('json');
    return [answer.status, isJson ? answer.json()['message'] : answer.text.slice(0, 30)];
  };

  it('gives a session: 64 hexadecimal digits, a node and a WebSocket token', async () => {
    const answer = await bastion.exchange(form());
    expect([answer.status, answer.json()]).toEqual([
      200,
      {
        authToken: expect.stringMatching(/^[0-9A-F]{64}$/),
        username: expect.any(String),
        dataSource: 'default',
        availableDataSources: ['default'],
        nodeId: expect.stringMatching(/^10\.0\.1\.[45]$/),
        websocketToken: expect.stringMatching(/^[0-9a-f]{48}$/),
      },
    ]);
  });

  it('takes ids in any casing', async () => {
    expect((await bastion.exchange(form({ resourceId: web.toUpperCase() }))).status).toBe(200);
  });

  it.each([
    ['no token', { aztoken: '' }],
    ['another protocol', { protocol: 'ssh' }],
    ['port 0', { workloadHostPort: '0' }],
    ['a port that is no number', { workloadHostPort: 'ssh' }],
    ['what is no id', { resourceId: 'web-01' }],
    ['a machine that is not there', { resourceId: `${web}x` }],
  ])('answers 500 to %s, and says nothing more', async (_name, more) => {
    expect(verdict(await bastion.exchange(form(more)))).toEqual([500, 'Unexpected internal error']);
  });

  it('answers 500 to JSON and to a token in the header', async () => {
    const json = await bastion.post('/api/tokens', JSON.stringify(form()), {
      'content-type': 'application/json',
    });
    const header = await bastion.exchange(form(), { authorization: `Bearer ${ada}` });
    expect([verdict(json), verdict(header)]).toEqual([
      [500, 'Unexpected internal error'],
      [500, 'Unexpected internal error'],
    ]);
  });

  it.each([
    ['text', 401, [401, 'Unauthorized']],
    ['json', 403, [403, 'The token is of another tenant.']],
  ] as const)(
    'refuses a token of another tenant (%s, %d)',
    async (rejectedTokenBody, wrongTenantStatus, expected) => {
      emulator.updateEstate({ switches: { rejectedTokenBody, wrongTenantStatus } });
      const other = (await signIn(emulator.cloud, demo.ada, demo.fabrikam))['access_token'] ?? '';
      expect(verdict(await bastion.exchange(form({ aztoken: other })))).toEqual(expected);
    },
  );

  it.each([
    ['text', 'Unauthorized'],
    ['json', 'The token has expired or is not valid.'],
  ] as const)('refuses an expired token (%s)', async (rejectedTokenBody, message) => {
    emulator.updateEstate({ switches: { rejectedTokenBody, accessTokenSeconds: 10 } });
    const short = (await signIn(emulator.cloud, demo.ada))['access_token'] ?? '';
    clock.advance(11_000);
    expect(verdict(await bastion.exchange(form({ aztoken: short })))).toEqual([401, message]);
  });

  it.each([
    ['bare-500', [500, 'Unexpected internal error']],
    ['forbidden', [403, 'The caller has no permission on the target resource.']],
  ] as const)('refuses a caller who may not read (%s)', async (missingPermission, expected) => {
    emulator.updateEstate({ switches: { missingPermission } });
    const erp = networkId(demo.production, 'rg-erp-weu', 'bastionHosts', 'bas-erp-weu');
    const client = await connectTo(emulator.cloud, hostOf(emulator, erp));
    const grace = (await signIn(emulator.cloud, demo.grace))['access_token'] ?? '';
    const target = vmId(demo.production, 'rg-erp-weu', 'erp-app-01');
    expect(verdict(await client.exchange(form({ resourceId: target, aztoken: grace })))).toEqual(expected);
  });

  it.each([
    ['bas-dev-neu', 'rg-dev-neu', 'dev-01', 400],
    ['bas-test-neu', 'rg-test-neu', 'test-01', 403],
  ] as const)(
    'says that tunnelling is disabled on %s',
    async (name, group, machine, tunnelingDisabledStatus) => {
      emulator.updateEstate({ switches: { tunnelingDisabledStatus } });
      const client = await connectTo(
        emulator.cloud,
        hostOf(emulator, networkId(demo.data, group, 'bastionHosts', name)),
      );
      expect(verdict(await client.exchange(form({ resourceId: vmId(demo.data, group, machine) })))).toEqual([
        tunnelingDisabledStatus,
        'Tunneling is disabled',
      ]);
    },
  );

  it.each([
    ['another network without a peering', 'rg-build-neu', 'build-01'],
    ['a peering of a peering', 'rg-analytics-weu', 'analytics-01'],
    ['a disconnected peering', 'rg-legacy-weu', 'legacy-01'],
  ])('does not reach %s', async (_name, group, machine) => {
    const target = { resourceId: vmId(demo.data, group, machine) };
    const bare = verdict(await bastion.exchange(form(target)));
    emulator.updateEstate({ switches: { outOfReach: 'not-found' } });
    expect([bare, verdict(await bastion.exchange(form(target)))]).toEqual([
      [500, 'Unexpected internal error'],
      [404, 'Target resource not found'],
    ]);
  });

  it('reaches a legacy network once its peering is connected at both ends', async () => {
    const legacy = networkId(demo.data, 'rg-legacy-weu', 'virtualNetworks', 'vnet-legacy-weu');
    const hubNetwork = networkId(demo.connectivity, 'rg-network-weu', 'virtualNetworks', 'vnet-hub-weu');
    const target = { resourceId: vmId(demo.data, 'rg-legacy-weu', 'legacy-01') };
    emulator.updateResource(legacy, { peerings: [{ name: 'legacy-to-hub', remote: hubNetwork }] });
    const half = (await bastion.exchange(form(target))).status;
    emulator.updateResource(hubNetwork, { peerings: [{ name: 'hub-to-legacy', remote: legacy }] });
    expect([half, (await bastion.exchange(form(target))).status]).toEqual([500, 200]);
  });

  describe('by address', () => {
    const address = (ip: string) => networkId(demo.connectivity, 'rg-network-weu', 'bh-hostConnect', ip);
    const byAddress = (more: Readonly<Record<string, string>> = {}) =>
      form({ resourceId: address('10.1.1.4'), hostname: '10.1.1.4', workloadHostPort: '22', ...more });

    it('works if it is enabled', async () => {
      expect((await bastion.exchange(byAddress())).status).toBe(200);
    });

    it('wants the host name too', async () => {
      const bare = form({ resourceId: address('10.1.1.4'), workloadHostPort: '22' });
      expect(verdict(await bastion.exchange(bare))).toEqual([404, 'Invalid IP address for connection.']);
    });

    it.each([403, 500] as const)(
      'is refused with %d if it is not enabled',
      async (ipConnectDisabledStatus) => {
        emulator.updateEstate({ switches: { ipConnectDisabledStatus } });
        emulator.updateResource(hub, { enableIpConnect: false });
        expect((await bastion.exchange(byAddress())).status).toBe(ipConnectDisabledStatus);
      },
    );

    it.each([
      ['enforce', 500],
      ['any', 200],
    ] as const)('other ports: %s', async (ipConnectPorts, status) => {
      emulator.updateEstate({ switches: { ipConnectPorts } });
      expect((await bastion.exchange(byAddress({ workloadHostPort: '7' }))).status).toBe(status);
    });
  });

  it.each([
    ['reuse', true],
    ['rotate', false],
  ] as const)('continues a session (%s)', async (continuation, isSame) => {
    emulator.updateEstate({ switches: { continuation } });
    const before = emulator.sessions().length;
    const first = (await bastion.exchange(form())).json<Exchanged>();
    const second = (
      await bastion.exchange(form({ token: first.authToken }), { 'X-Node-Id': first.nodeId })
    ).json<Exchanged>();
    expect([second.authToken === first.authToken, emulator.sessions().length - before]).toEqual([isSame, 1]);
  });

  it('starts anew for a token that it does not know', async () => {
    const before = emulator.sessions().length;
    await bastion.exchange(form({ token: 'F'.repeat(64) }));
    expect(emulator.sessions().length - before).toBe(1);
  });

  it('forgets a session on DELETE and on nothing else', async () => {
    const before = emulator.sessions().length;
    const session = (await bastion.exchange(form())).json<Exchanged>();
    const socket = bastion.socket(session);
    await next(socket, 'open');
    socket.close(1000);
    await next(socket, 'close');
    const afterClose = emulator.sessions().length - before;
    const first = await bastion.end(session);
    const second = await bastion.end(session);
    expect([afterClose, first.status, verdict(second), emulator.sessions().length - before]).toEqual([
      1,
      204,
      [404, 'No such token.'],
      0,
    ]);
  });

  it('closes the tunnels of a session that is deleted', async () => {
    const session = (await bastion.exchange(form())).json<Exchanged>();
    const socket = bastion.socket(session);
    await next(socket, 'open');
    const closed = next(socket, 'close');
    await bastion.end(session);
    expect((await closed)[0]).toBe(1000);
  });

  it('knows no host but those of its Bastions, and no path but its own', async () => {
    const stranger = await connectTo(emulator.cloud, 'other.bastion.emulated.example');
    const session = (await bastion.exchange(form())).json<Exchanged>();
    const old = bastion.socket(session, `/webtunnel/${session.websocketToken}`);
    const [error] = await next(old, 'error');
    expect([
      (await stranger.exchange(form())).status,
      (await bastion.get('/')).status,
      String(error),
    ]).toEqual([404, 404, 'Error: Unexpected server response: 404']);
  });

  it('answers too long a header with a page', async () => {
    const answer = await bastion.get('/api/rdpfile', { authorization: `Bearer ${'x'.repeat(9000)}` });
    expect([answer.status, answer.text.includes('400')]).toEqual([400, true]);
  });

  it('writes a Remote Desktop file for the gateway', async () => {
    const target = encodeURIComponent(vmId(demo.web, 'rg-web-weu', 'win-web-01'));
    const bearer = { authorization: `Bearer ${ada}` };
    const good = await bastion.get(
      `/api/rdpfile?resourceId=${target}&format=rdp&rdpport=3389&enablerdsaad=False`,
      bearer,
    );
    const entra = await bastion.get(
      `/api/rdpfile?resourceId=${target}&format=rdp&rdpport=3389&enablerdsaad=true`,
      bearer,
    );
    const nobody = await bastion.get(`/api/rdpfile?resourceId=${target}`);
    expect([
      good.status,
      good.text.includes('full address:s:10.1.1.8\r\n'),
      entra.status,
      nobody.status,
    ]).toEqual([200, true, 500, 401]);
  });

  describe('on a Developer Bastion', () => {
    const lab = networkId(demo.lab, 'rg-lab-weu', 'bastionHosts', 'bas-lab-weu');
    const machine = vmId(demo.lab, 'rg-lab-weu', 'lab-01');
    let token: string;
    beforeAll(async () => {
      token = (await signIn(emulator.cloud, demo.ada, demo.fabrikam))['access_token'] ?? '';
    });

    it('the front door names the pod, and the pod gives the session', async () => {
      const door = await connectTo(emulator.cloud, hostOf(emulator, lab));
      const named = await door.post(
        '/api/connection',
        JSON.stringify({
          resourceId: machine,
          bastionResourceId: lab,
          vmPort: '22',
          azToken: token,
          connectionType: 'nativeclient',
        }),
        { 'content-type': 'application/json' },
      );
      const pod = await connectTo(emulator.cloud, named.text.trim());
      const session = await pod.exchange({ resourceId: machine, workloadHostPort: '22', aztoken: token });
      const socket = pod.socket(
        session.json<Exchanged>(),
        `/omni/webtunnel/${session.json<Exchanged>().websocketToken}`,
      );
      await next(socket, 'open');
      socket.close();
      expect([named.text.trim(), (await door.exchange(form())).status, session.status]).toEqual([
        hostOf(emulator, lab, true),
        404,
        200,
      ]);
    });
  });

  it('finds the Bastion of a host name', () => {
    const world = createWorld(emulator.estate(), { latencies: 'none' });
    expect(endpointAt(world, hostOf(emulator, hub).toUpperCase())?.bastion.id).toBe(hub);
  });
});
