import { setTimeout as delay } from 'node:timers/promises';
import type { Door } from '../lib/door.ts';
import type { Stage } from '../lib/stage.ts';
import type { Effort, Experiment } from './figure.ts';

const bytes = 32;

const echo: Experiment = {
  figures: [
    {
      id: 'tunnel.echo.p50',
      unit: 'µs',
      about: 'echo of 32 bytes, median',
      goals: [{ against: 'socat', relation: '≤', limit: 1.3 }],
    },
    {
      id: 'tunnel.echo.p99',
      unit: 'µs',
      about: 'echo of 32 bytes, 99th percentile',
      goals: [{ against: 'socat', relation: '≤', limit: 2 }],
    },
  ],
  limitMs: 60_000,
  async run(stage, { isQuick }) {
    const ask = (door: Door) => stage.load.call('echo', { door, bytes, count: isQuick ? 1500 : 4000 });
    const app = await ask(await stage.tunnel('usual', 'echo'));
    const socat = await ask((await stage.socat('echo')).door);
    const wsPipe = await ask(await stage.baseline('ws-pipe', 'echo'));
    const direct = await ask(stage.direct('echo'));
    return {
      'tunnel.echo.p50': {
        value: app.p50,
        baselines: { direct: direct.p50, socat: socat.p50, wsPipe: wsPipe.p50 },
      },
      'tunnel.echo.p99': {
        value: app.p99,
        baselines: { direct: direct.p99, socat: socat.p99, wsPipe: wsPipe.p99 },
      },
    };
  },
};

/** Bytes per second of a running transfer over a while. */
async function rateOf(stage: Stage, id: number, ms: number): Promise<number> {
  const before = await stage.bulk.call('flow', { id });
  await delay(ms);
  const after = await stage.bulk.call('flow', { id });
  return (after.bytes - before.bytes) / (after.seconds - before.seconds);
}

/** Echoes beside a download: how much longer they take, and how much of its speed the download keeps. */
async function besideDownload(
  stage: Stage,
  echoDoor: Door,
  bulkDoor: Door,
  { isQuick }: Effort,
): Promise<{ readonly slower: number; readonly kept: number }> {
  const ask = (count: number) => stage.load.call('echo', { door: echoDoor, bytes, count });
  const idle = await ask(1500);
  const id = await stage.bulk.call('startFlow', { door: bulkDoor, direction: 'down' });
  try {
    await delay(200);
    const alone = await rateOf(stage, id, isQuick ? 500 : 1000);
    const before = await stage.bulk.call('flow', { id });
    const loaded = await ask(isQuick ? 1500 : 3000);
    const after = await stage.bulk.call('flow', { id });
    const beside = (after.bytes - before.bytes) / (after.seconds - before.seconds);
    return { slower: loaded.p50 / idle.p50, kept: (100 * beside) / alone };
  } finally {
    await stage.bulk.call('stopFlow', { id });
  }
}

const loaded: Experiment = {
  figures: [
    {
      id: 'tunnel.echoLoaded',
      unit: '×',
      about: 'median echo beside a full-speed download of the same engine, by the median without',
      goals: [{ relation: '≤', limit: 3 }],
    },
    {
      id: 'tunnel.echoLoaded.share',
      unit: '%',
      about: 'what that download keeps of its speed while another connection echoes as fast as it can',
      goals: [{ relation: '≥', limit: 80 }],
    },
  ],
  limitMs: 60_000,
  async run(stage, effort) {
    const app = await besideDownload(
      stage,
      await stage.tunnel('usual', 'echo'),
      await stage.tunnel('usual', 'chargen'),
      effort,
    );
    const [echoes, chargen] = [await stage.socat('echo'), await stage.socat('chargen')];
    const socat = await besideDownload(stage, echoes.door, chargen.door, effort);
    return {
      'tunnel.echoLoaded': { value: app.slower, baselines: { socat: socat.slower } },
      'tunnel.echoLoaded.share': { value: app.kept, baselines: { socat: socat.kept } },
    };
  },
};

/** How long a small message takes. */
export const echoes: readonly Experiment[] = [echo, loaded];
