import { setTimeout as delay } from 'node:timers/promises';
import type { Experiment } from './figure.ts';

const link = { rttMs: 30, mbitPerSecond: 20, queueBytes: 256 * 1024 };
const bytesPerSecond = (link.mbitPerSecond * 1e6) / 8;
/** Until an upload has found its speed. */
const settleMs = 3000;

/** Typing in one session while another one uploads over a narrow link. */
export const uplink: Experiment = {
  figures: [
    {
      id: 'tunnel.echoUplink',
      unit: 'ms',
      about: 'echo of 32 bytes, 95th percentile, beside an upload over 20 Mbit/s and 30 ms (queue 256 KiB)',
      goals: [{ relation: '≤', limit: 60 }],
    },
    {
      id: 'tunnel.echoUplink.share',
      unit: '%',
      about: "that upload's share of the link",
      goals: [{ relation: '≥', limit: 90 }],
    },
  ],
  limitMs: 60_000,
  async prepare(stage) {
    await stage.startEngine({ name: 'uplink', port: await stage.emulator.call('link', link) });
  },
  async run(stage, { isQuick }) {
    const door = await stage.tunnel('uplink', 'echo');
    const ask = (count: number) => stage.load.call('echo', { door, bytes: 32, count });
    const idle = await ask(10);
    const bulkDoor = await stage.tunnel('uplink', 'discard');
    const id = await stage.bulk.call('startFlow', { door: bulkDoor, direction: 'up' });
    try {
      await delay(settleMs);
      const before = await stage.emulator.call('bytesUp', null);
      const startMs = performance.now();
      const loaded = await ask(isQuick ? 30 : 60);
      const bytes = (await stage.emulator.call('bytesUp', null)) - before;
      const seconds = (performance.now() - startMs) / 1000;
      return {
        'tunnel.echoUplink': { value: loaded.p95 / 1000, baselines: { idle: idle.p95 / 1000 } },
        'tunnel.echoUplink.share': { value: (100 * bytes) / seconds / bytesPerSecond },
      };
    } finally {
      await stage.bulk.call('stopFlow', { id });
      await stage.quiet();
    }
  },
  finish: (stage) => stage.endEngine('uplink'),
};
