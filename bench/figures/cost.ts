import type { Experiment, Sample } from './figure.ts';

const gibibyte = 1024 ** 3;

function cpu(direction: 'up' | 'down'): Experiment {
  const id = `tunnel.cpu.${direction}`;
  const target = direction === 'up' ? 'sink' : 'chargen';
  return {
    figures: [
      { id, unit: 's/GiB', about: `CPU time of the Electron process for a GiB ${direction}`, goals: [] },
    ],
    limitMs: 60_000,
    async run(stage, { isQuick }) {
      const bytes = gibibyte / (isQuick ? 8 : 4);
      const perGibibyte = gibibyte / bytes;
      const door = await stage.tunnel('usual', target);
      const before = await stage.electron.call('usage', null);
      await stage.load.call(direction, { door, bytes });
      const after = await stage.electron.call('usage', null);
      const socat = await stage.socat(target);
      const socatBefore = await socat.cpuSeconds();
      await stage.load.call(direction, { door: socat.door, bytes });
      const socatAfter = await socat.cpuSeconds();
      const sample: Sample = {
        value: (after.cpuSeconds - before.cpuSeconds) * perGibibyte,
        baselines: { socat: (socatAfter - socatBefore) * perGibibyte },
      };
      return { [id]: sample };
    },
  };
}

const loopDelay: Experiment = {
  figures: [
    {
      id: 'tunnel.loopDelay',
      unit: 'ms',
      about: "how late Electron's main thread is during a full-speed download, 99th percentile",
      goals: [{ relation: '≤', limit: 20 }],
    },
  ],
  limitMs: 60_000,
  async run(stage, { isQuick }) {
    const door = await stage.tunnel('usual', 'chargen');
    await stage.electron.call('startLoopDelay', null);
    await stage.load.call('down', { door, bytes: gibibyte / (isQuick ? 4 : 2) });
    return { 'tunnel.loopDelay': { value: await stage.electron.call('stopLoopDelay', null) } };
  },
};

/** What a transfer costs others. */
export const costs: readonly Experiment[] = [cpu('down'), cpu('up'), loopDelay];
