import type { Experiment } from './figure.ts';

const count = 200;
const bytes = 1024 * 1024;

/** Many connections at once. The engine is a new one in each run: what an earlier one has allocated is not reused. */
export const crowd: Experiment = {
  figures: [
    {
      id: 'tunnel.crowd.seconds',
      unit: 's',
      about: '200 connections at once, until each has echoed six bytes',
      goals: [{ relation: '≤', limit: 0.6 }],
    },
    {
      id: 'tunnel.crowd.megabytes',
      unit: 'MB',
      about: 'what the Electron process grows by it',
      goals: [{ relation: '≤', limit: 40 }],
    },
    {
      id: 'tunnel.crowd.throughput',
      unit: 'MB/s',
      about: 'then 1 MiB echoed on each of them at once, each way, all together',
      goals: [{ relation: '≥', limit: 60 }],
    },
  ],
  limitMs: 90_000,
  async run(stage) {
    await stage.startEngine({ name: 'crowd' });
    try {
      const door = await stage.tunnel('crowd', 'echo');
      await stage.load.call('echo', { door, bytes: 6, count: 20 });
      await stage.quiet();
      await stage.electron.call('coolDown', { engine: 'crowd' });
      const before = await stage.electron.call('usage', null);
      const seconds = await stage.load.call('crowdOpen', { door, count });
      const after = await stage.electron.call('usage', null);
      const echoSeconds = await stage.load.call('crowdEcho', { bytes });
      await stage.load.call('crowdClose', null);
      await stage.quiet();
      const bare = await stage.load.call('crowdOpen', { door: await stage.baseline('bare', 'echo'), count });
      return {
        'tunnel.crowd.seconds': { value: seconds, baselines: { bare } },
        'tunnel.crowd.megabytes': { value: (after.rssBytes - before.rssBytes) / 1e6 },
        'tunnel.crowd.throughput': { value: (count * bytes) / echoSeconds / 1e6 },
      };
    } finally {
      await stage.load.call('crowdClose', null);
      await stage.quiet();
      await stage.endEngine('crowd');
    }
  },
};
