import { median } from '../lib/statistics.ts';
import type { Stage } from '../lib/stage.ts';
import type { Experiment } from './figure.ts';

/** One connection to `banner`, after what was kept has been let go of or made ready. */
async function firstByte(stage: Stage, engine: string, how: 'usual' | 'warm'): Promise<number> {
  const door = await stage.tunnel(engine, 'banner');
  await stage.quiet();
  await stage.electron.call('coolDown', { engine });
  if (how === 'warm') await stage.electron.call('warmUp', { engine, spec: stage.spec('banner') });
  return stage.load.call('firstByte', { door });
}

/** The same of the baseline that does the least. */
async function bareFirstByte(stage: Stage, how: 'usual' | 'warm'): Promise<number> {
  const door = await stage.baseline('bare', 'banner');
  await stage.quiet();
  if (how === 'warm') await stage.electron.call('bareReady', { port: door.port });
  return stage.load.call('firstByte', { door });
}

async function several(count: number, ask: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let each = 0; each < count; each += 1) times.push(await ask());
  return median(times);
}

const near: Experiment = {
  figures: [
    {
      id: 'tunnel.firstByte',
      unit: 'ms',
      about: 'connect to first byte without a network in between, with the whole list of authorities',
      goals: [{ relation: '≤', limit: 6 }],
    },
    {
      id: 'tunnel.firstByte.warm',
      unit: 'ms',
      about: 'the same after the call that makes a Bastion ready',
      goals: [{ relation: '≤', limit: 3 }],
    },
    {
      id: 'tunnel.firstByte.fresh',
      unit: 'ms',
      about: 'the same for the very first connection of an engine that has just started',
      goals: [],
    },
  ],
  limitMs: 60_000,
  async prepare(stage) {
    await stage.startEngine({ name: 'trust', hasSystemAuthorities: true });
    await firstByte(stage, 'trust', 'usual');
  },
  async run(stage, { isQuick }) {
    const count = isQuick ? 5 : 15;
    const direct = await several(count, () => stage.load.call('firstByte', { door: stage.direct('banner') }));
    const usual = await several(count, () => firstByte(stage, 'trust', 'usual'));
    const bare = await several(count, () => bareFirstByte(stage, 'usual'));
    const warm = await several(count, () => firstByte(stage, 'trust', 'warm'));
    const bareWarm = await several(count, () => bareFirstByte(stage, 'warm'));
    await stage.startEngine({ name: 'fresh', hasSystemAuthorities: true });
    const fresh = await firstByte(stage, 'fresh', 'usual');
    await stage.quiet();
    await stage.endEngine('fresh');
    return {
      'tunnel.firstByte': { value: usual, baselines: { direct, bare } },
      'tunnel.firstByte.warm': { value: warm, baselines: { direct, bare: bareWarm } },
      'tunnel.firstByte.fresh': { value: fresh, baselines: { direct } },
    };
  },
  finish: (stage) => stage.endEngine('trust'),
};

const rttMs = 100;

const far: Experiment = {
  figures: [
    {
      id: 'tunnel.roundTrips',
      unit: 'RTT',
      about: 'connect to first byte over a link of 100 ms, in round trips',
      goals: [{ relation: '≤', limit: 4.3 }],
    },
    {
      id: 'tunnel.roundTrips.warm',
      unit: 'RTT',
      about: 'the same after the call that makes a Bastion ready',
      goals: [{ relation: '≤', limit: 2.3 }],
    },
  ],
  limitMs: 30_000,
  async prepare(stage) {
    await stage.startEngine({ name: 'far', port: await stage.emulator.call('link', { rttMs }) });
    await firstByte(stage, 'far', 'usual');
  },
  async run(stage) {
    const usual = await firstByte(stage, 'far', 'usual');
    const warm = await firstByte(stage, 'far', 'warm');
    return {
      'tunnel.roundTrips': { value: usual / rttMs },
      'tunnel.roundTrips.warm': { value: warm / rttMs },
    };
  },
  finish: (stage) => stage.endEngine('far'),
};

/** How long it takes until something comes. */
export const firstBytes: readonly Experiment[] = [near, far];
