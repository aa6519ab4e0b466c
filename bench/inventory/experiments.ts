import type { Page } from '@playwright/test';
import type { RunningApp } from '../../e2e/support/app.ts';
import { signIn } from '../../e2e/support/sign-in.ts';
import type { Experiment } from '../figures/figure.ts';
import { quantile } from '../lib/statistics.ts';
import {
  frameWithMachines,
  noteKeyTimes,
  readKeyTimes,
  runInPage,
  scrollThroughList,
} from './page-scripts.ts';
import { completeAt, fill, firstFrameWith, type InventoryStage } from './inventory-stage.ts';

const usual = 10_000;
const many = 50_000;
const few = 100;

const start: Experiment<InventoryStage> = {
  figures: [
    {
      id: 'inventory.start',
      unit: 'ms',
      about: 'start of the program to the first frame with machines, 10,000 of them from the last run',
      goals: [{ against: 'emptyWindow', relation: '≤', limit: 1.4 }],
    },
  ],
  limitMs: 120_000,
  async prepare(stage) {
    const app = await stage.launch(usual, 'kept');
    await fill(app, usual);
    await app.quit();
  },
  async run(stage) {
    const emptyStartMs = Date.now();
    const empty = await stage.launchEmpty();
    const emptyMs = (await firstFrameWith(await empty.firstWindow(), '#root')) - emptyStartMs;
    await empty.close();
    const startMs = Date.now();
    const app = await stage.launch(usual, 'kept');
    const value = (await runInPage<number>(app.page, frameWithMachines)) - startMs;
    await completeAt(app.page, usual);
    await app.quit();
    return { 'inventory.start': { value, baselines: { emptyWindow: emptyMs } } };
  },
};

/** The first inventory of an estate: what it took, by the clocks of the page and of the emulator. */
async function readWhole(stage: InventoryStage, vms: number) {
  const server = await stage.estate(vms);
  const before = await server.stats();
  const app = await stage.launch(vms, 'fresh');
  try {
    const beginMs = Date.now();
    await signIn(app);
    const firstRowsMs = await runInPage<number>(app.page, frameWithMachines);
    const allMs = await completeAt(app.page, vms);
    const stats = await server.stats();
    const asked = stats.requests.filter((request) => request.plane === 'arm' && request.at >= beginMs);
    // The two small questions are answered first: the third answer is the first page of machines.
    const first = asked
      .filter((request) => request.path.includes('ResourceGraph'))
      .toSorted((a, b) => a.at - b.at)[2];
    const firstAt = Math.min(...asked.map((request) => request.at));
    return {
      firstRowsMs: firstRowsMs - (first?.at ?? Number.NaN),
      seconds: (allMs - firstAt) / 1000,
      calls: asked.length,
      graphCalls: stats.graphCalls - before.graphCalls,
      refused: asked.filter((request) => request.status === 429).length,
    };
  } finally {
    await app.quit();
  }
}

const full: Experiment<InventoryStage> = {
  figures: [
    {
      id: 'inventory.full.firstRows',
      unit: 'ms',
      about:
        'first page of machines answered to the first frame with machines, 10,000 in 50 subscriptions, 30 ms a call',
      goals: [{ relation: '≤', limit: 500 }],
    },
    {
      id: 'inventory.full',
      unit: 's',
      about: 'first call to the frame in which all 10,000 are there',
      goals: [{ relation: '≤', limit: 6 }],
    },
    {
      id: 'inventory.calls',
      unit: 'calls',
      about: 'calls to the resource manager and the graph for that',
      goals: [],
    },
    {
      id: 'inventory.full.50k',
      unit: 's',
      about: 'the same for 50,000 machines: baseline is what the quota allows at the least',
      goals: [{ against: 'quota', relation: '≤', limit: 1.3 }],
    },
    {
      id: 'inventory.full.refused',
      unit: 'calls',
      about: 'calls that were refused for asking too often (429), of both',
      goals: [{ relation: '≤', limit: 0 }],
    },
  ],
  mostRuns: 3,
  limitMs: 300_000,
  async run(stage) {
    const small = await readWhole(stage, usual);
    const large = await readWhole(stage, many);
    // 15 queries in each 5 s; the first 15 cost nothing.
    const quotaSeconds = Math.floor((large.graphCalls - 1) / 15) * 5;
    return {
      'inventory.full.firstRows': { value: small.firstRowsMs },
      'inventory.full': { value: small.seconds },
      'inventory.calls': { value: small.calls },
      'inventory.full.50k': { value: large.seconds, baselines: { quota: quotaSeconds } },
      'inventory.full.refused': { value: small.refused + large.refused },
    };
  },
};

const typed = 'weborders-db-01';

/** Milliseconds from each key press to the message after the frame that shows its result. */
async function typeFilter(page: Page): Promise<number[]> {
  const box = page.getByRole('searchbox').first();
  await box.click();
  await runInPage(page, noteKeyTimes);
  for (let round = 0; round < 4; round += 1) {
    for (const key of typed) await page.keyboard.press(key, { delay: 20 });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Backspace');
  }
  return runInPage<number[]>(page, readKeyTimes);
}

/** Opens every group, so that all machines are rows. */
async function showAllRows(page: Page): Promise<void> {
  await page.getByRole('searchbox').first().fill('-');
  await page.waitForTimeout(1_000);
}

const filter: Experiment<InventoryStage> = {
  figures: [
    {
      id: 'inventory.filter',
      unit: 'ms',
      about: 'key press in the filter to the painted result, 95th percentile, 10,000 machines',
      goals: [{ relation: '≤', limit: 16 }],
    },
    {
      id: 'inventory.filter.50k',
      unit: 'ms',
      about: 'the same with 50,000 machines',
      goals: [{ relation: '≤', limit: 50 }],
    },
    {
      id: 'inventory.scroll',
      unit: 'ms',
      about: 'a frame while scrolling through 10,000 rows, 99th percentile',
      goals: [{ relation: '≤', limit: 33 }],
    },
  ],
  mostRuns: 3,
  limitMs: 300_000,
  async run(stage) {
    const small = await stage.launch(usual, 'kept');
    await completeAfterStart(small, usual);
    const value = quantile(await typeFilter(small.page), 0.95);
    await showAllRows(small.page);
    const frames = await runInPage<number[]>(small.page, scrollThroughList);
    await small.quit();
    const large = await stage.launch(many, 'kept');
    await completeAfterStart(large, many);
    const largeValue = quantile(await typeFilter(large.page), 0.95);
    await large.quit();
    return {
      'inventory.filter': { value },
      'inventory.filter.50k': { value: largeValue },
      'inventory.scroll': { value: quantile(frames, 0.99) },
    };
  },
};

/** The first start of a data folder signs in. */
async function completeAfterStart(app: RunningApp, vms: number): Promise<void> {
  const button = app.page.getByRole('button', { name: 'Sign in with your browser' });
  await Promise.race([button.waitFor(), runInPage(app.page, frameWithMachines)]);
  if (await button.isVisible()) await signIn(app);
  await completeAt(app.page, vms);
}

/** The collector takes its time with what a start leaves behind. */
const settledMs = 30_000;

/** Main process and window together when they have come to rest, in megabytes. */
async function memoryOf(app: RunningApp): Promise<number> {
  await app.page.waitForTimeout(settledMs);
  const processes = await app.electron.evaluate(({ app: main }) =>
    main.getAppMetrics().map(({ type, memory }) => ({ type, kilobytes: memory.workingSetSize })),
  );
  const counted = processes.filter(({ type }) => type === 'Browser' || type === 'Tab');
  return counted.reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1000;
}

const memory: Experiment<InventoryStage> = {
  figures: [
    {
      id: 'inventory.memory',
      unit: 'MB',
      about: 'main process and window with 50,000 machines, half a minute after the start',
      goals: [{ against: 'with100', relation: '≤', limit: 1.5 }],
    },
  ],
  mostRuns: 3,
  limitMs: 240_000,
  async run(stage) {
    const measured: number[] = [];
    for (const vms of [few, many]) {
      const app = await stage.launch(vms, 'kept');
      await completeAfterStart(app, vms);
      measured.push(await memoryOf(app));
      await app.quit();
    }
    const [with100 = Number.NaN, value = Number.NaN] = measured;
    return { 'inventory.memory': { value, baselines: { with100 } } };
  },
};

/** Every measurement of the inventory, in the order in which they run. */
export const inventoryExperiments: readonly Experiment<InventoryStage>[] = [start, full, filter, memory];
