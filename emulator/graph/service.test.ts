import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateEstate } from '../generate.ts';
import { type Emulator, startEmulator } from '../index.ts';
import { type ArmClient, armClient } from '../testing/arm.ts';
import { createClock, demo, startDemo, vmId } from '../testing/estate.ts';
import type { Answer } from '../testing/walk.ts';

interface Page {
  readonly totalRecords: number;
  readonly count: number;
  readonly resultTruncated: string;
  readonly $skipToken?: string;
  readonly data: readonly Record<string, unknown>[];
}

const machines =
  "resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name | order by id asc";

describe('Resource Graph', () => {
  const clock = createClock();
  let emulator: Emulator;
  let arm: ArmClient;

  beforeAll(async () => {
    const estate = generateEstate({ vms: 2300, subscriptions: 2 });
    emulator = await startEmulator({ estate, latencies: 'none', targets: 'none', now: clock.now });
    arm = await armClient(emulator.cloud, demo.ada);
  });
  afterAll(() => emulator.dispose());

  const page = (answer: Answer): Page => answer.json<Page>();

  it('gives a thousand rows a page, and every row once', async () => {
    clock.advance(10_000);
    const sizes: number[] = [];
    const ids = new Set<unknown>();
    let token: string | undefined;
    do {
      const answer = page(
        await arm.graph(machines, {
          options: { resultFormat: 'objectArray', ...(token ? { $skipToken: token } : {}) },
        }),
      );
      sizes.push(answer.count);
      for (const row of answer.data) ids.add(row['id']);
      token = answer.$skipToken;
    } while (token !== undefined);
    expect([sizes, ids.size]).toEqual([[1000, 1000, 300], 2300]);
  });

  it('cannot page what has no id, and says so', async () => {
    clock.advance(10_000);
    const answer = page(await arm.graph('resources | project name'));
    expect([answer.count, answer.resultTruncated, answer.$skipToken]).toEqual([1000, 'true', undefined]);
  });

  it('refuses more than a thousand rows a page', async () => {
    expect((await arm.graph(machines, { options: { $top: 1001 } })).status).toBe(400);
  });

  it('allows fifteen queries in five seconds and says when there may be more', async () => {
    clock.advance(10_000);
    const answers: Answer[] = [];
    for (let count = 0; count < 16; count += 1) answers.push(await arm.graph('resources | count'));
    clock.advance(5_000);
    const after = await arm.graph('resources | count');
    const last = answers.at(-1) as Answer;
    expect({
      statuses: answers.map((answer) => answer.status),
      first: answers[0]?.headers['x-ms-user-quota-remaining'],
      resets: answers[0]?.headers['x-ms-user-quota-resets-after'],
      last: [
        last.headers['retry-after'],
        last.headers['x-ms-user-quota-remaining'],
        last.json<{ error: { code: string } }>().error.code,
      ],
      after: after.status,
    }).toEqual({
      statuses: [...Array(15).fill(200), 429],
      first: '14',
      resets: '00:00:05',
      last: ['5', '0', 'RateLimiting'],
      after: 200,
    });
  });

  it.each([
    ['what it cannot parse', 'resources | where name ='],
    ['what it does not know', 'resources | join (resources) on id'],
    ['an unknown table', 'secrets | count'],
  ])('answers 400 to %s', async (_name, query) => {
    clock.advance(10_000);
    const answer = await arm.graph(query);
    const { error } = answer.json<{ error: { code: string; details: { code: string }[] } }>();
    expect([answer.status, error.code, error.details[0]?.code]).toEqual([400, 'BadRequest', 'InvalidQuery']);
  });

  it('knows the subscriptions and groups, too', async () => {
    clock.advance(10_000);
    const answer = page(
      await arm.graph('resourcecontainers | summarize count() by type | order by type asc'),
    );
    expect(answer.data).toEqual([
      { type: 'microsoft.resources/subscriptions', count_: 2 },
      { type: 'microsoft.resources/subscriptions/resourcegroups', count_: 48 },
    ]);
  });
});

describe('Resource Graph in the demo estate', () => {
  const clock = createClock();
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startDemo({ now: clock.now });
  });
  afterAll(() => emulator.dispose());

  const find = async (client: ArmClient, query: string): Promise<unknown[]> =>
    (await client.graph(`${query} | project name | order by name asc`))
      .json<Page>()
      .data.map((row) => row['name']);

  it('shows each user what they may read, in the tenant of their token', async () => {
    const query = "resources | where type =~ 'microsoft.compute/virtualmachines'";
    const contoso = await find(await armClient(emulator.cloud, demo.ada), query);
    const fabrikam = await find(await armClient(emulator.cloud, demo.ada, demo.fabrikam), query);
    const grace = await find(await armClient(emulator.cloud, demo.grace), query);
    expect([contoso.length, fabrikam, grace]).toEqual([
      13,
      ['erp-app-01', 'erp-db-01', 'lab-01'],
      ['erp-app-01', 'lab-01'],
    ]);
  });

  it('keeps to the subscriptions it is asked about', async () => {
    const ada = await armClient(emulator.cloud, demo.ada);
    const answer = await ada.graph('resources | count', { subscriptions: [demo.connectivity.toUpperCase()] });
    const none = await ada.graph('resources | count', { subscriptions: [demo.production] });
    expect([answer.json<Page>().data, none.status]).toEqual([[{ Count: 5 }], 400]);
  });

  it('shows a new power state late', async () => {
    const ada = await armClient(emulator.cloud, demo.ada);
    const power = async (): Promise<unknown> =>
      (
        await ada.graph(
          "resources | where name == 'web-03' | project code = tostring(properties.extended.instanceView.powerState.code)",
        )
      ).json<Page>().data[0]?.['code'];
    await ada.send('POST', `${vmId(demo.web, 'rg-web-weu', 'web-03')}/start`);
    const soon = await power();
    clock.advance(61_000);
    expect([soon, await power()]).toEqual(['PowerState/deallocated', 'PowerState/running']);
  });
});
