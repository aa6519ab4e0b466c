import type { Stage } from '../lib/stage.ts';
import type { Effort, Experiment } from './figure.ts';

const mebibyte = 1024 * 1024;

/** Bytes of one transfer; the plain pipe of `ws` is slow, and gets fewer. */
function sizes({ isQuick }: Effort): { readonly usual: number; readonly pipe: number } {
  return isQuick
    ? { usual: 128 * mebibyte, pipe: 24 * mebibyte }
    : { usual: 256 * mebibyte, pipe: 64 * mebibyte };
}

const rate = (bytes: number, seconds: number): number => bytes / seconds / 1e6;

function down(name: string, frameBytes: number, goals: Experiment['figures'][number]['goals']): Experiment {
  const id = `tunnel.down.${name}`;
  return {
    figures: [
      {
        id,
        unit: 'MB/s',
        about: `download, the service sends frames of ${frameBytes / 1024} KiB`,
        goals,
      },
    ],
    limitMs: 90_000,
    async run(stage, effort) {
      const { usual, pipe } = sizes(effort);
      await stage.emulator.call('faults', frameBytes === 65_536 ? {} : { frameSize: { bytes: frameBytes } });
      const load = async (door: { address: string; port: number }, bytes: number) =>
        rate(bytes, await stage.load.call('down', { door, bytes }));
      const value = await load(await stage.tunnel('usual', 'chargen'), usual);
      const task = { plan: stage.plan('chargen'), direction: 'down', bytes: usual, messageBytes: 0 } as const;
      const limit = rate(usual, await stage.electron.call('limit', task));
      const socat = await load((await stage.socat('chargen')).door, usual);
      const wsPipe = await load(await stage.baseline('ws-pipe', 'chargen'), pipe);
      const direct = await load(stage.direct('chargen'), usual);
      return { [id]: { value, baselines: { direct, socat, wsPipe, limit } } };
    },
    finish: async (stage) => void (await stage.emulator.call('faults', {})),
  };
}

function up(id: string, engine: string, messageBytes: number): Experiment {
  return {
    figures: [
      {
        id,
        unit: 'MB/s',
        about: `upload in messages of ${Math.ceil(messageBytes / 1024)} KiB`,
        goals: [
          { against: 'wsPipe', relation: '≥', limit: 3 },
          { against: 'limit', relation: '≥', limit: 0.65 },
        ],
      },
    ],
    limitMs: 90_000,
    async prepare(stage: Stage) {
      if (engine !== 'usual') await stage.startEngine({ name: engine, messageBytes });
    },
    async run(stage, effort) {
      const { usual, pipe } = sizes(effort);
      const load = async (door: { address: string; port: number }, bytes: number) =>
        rate(bytes, await stage.load.call('up', { door, bytes }));
      const value = await load(await stage.tunnel(engine, 'sink'), usual);
      const task = { plan: stage.plan('sink'), direction: 'up', bytes: usual, messageBytes } as const;
      const limit = rate(usual, await stage.electron.call('limit', task));
      const socat = await load((await stage.socat('sink')).door, usual);
      const wsPipe = await load(await stage.baseline('ws-pipe', 'sink'), pipe);
      const direct = await load(stage.direct('sink'), usual);
      return { [id]: { value, baselines: { direct, socat, wsPipe, limit } } };
    },
  };
}

/** Bytes in a second, one connection. */
export const throughput: readonly Experiment[] = [
  down('64k', 65_536, [
    { against: 'wsPipe', relation: '≥', limit: 4 },
    { against: 'limit', relation: '≥', limit: 0.65 },
  ]),
  down('16k', 16_384, []),
  down('4k', 4096, []),
  up('tunnel.up', 'usual', 4096),
  // A frame with a 16-bit length holds a byte less than 64 KiB.
  up('tunnel.up.64k', 'large', 65_535),
];
