/** Mixed traffic with faults for a long time: does anything grow, and is every byte the right one? */
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultsInput } from '../emulator/index.ts';
import { robustSlope } from './lib/statistics.ts';
import type { Stage } from './lib/stage.ts';

const connections = 50;
const sampleMs = 10_000;
/** Rows that say something of growth: the later two thirds of five minutes. */
const fewestRows = 20;
/** Growth per hour that counts as growth, once the first third has passed. */
const limitsPerHour = { rssMegabytes: 60, heapMegabytes: 30, handles: 60 };

interface Row {
  readonly minutes: number;
  readonly rssMegabytes: number;
  readonly heapMegabytes: number;
  readonly handles: number;
  readonly sessions: number;
}

/** What goes wrong at the service, one after the other; each for a few connections. */
const faults: readonly FaultsInput[] = [
  { resetTunnel: { afterBytes: 100_000, times: 3 } },
  { closeTunnel: { afterBytes: 50_000, code: 1011, times: 3 } },
  { failTokens: { status: 500, times: 3 } },
  { rejectTokens: { times: 2 } },
  { refuseUpgrade: { times: 2 } },
  { upgradeThen400: { times: 2 } },
  { delayTokens: { ms: 500, times: 5 } },
  { frameSize: { bytes: 1, times: 1 } },
  { fragmentFrames: { bytes: 700, times: 3 } },
  { serverPings: { payloadBytes: 125, count: 5, times: 3 } },
  { halfOpen: { afterBytes: 10_000, times: 1 } },
  { failDelete: { times: 2 } },
  {},
];

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}

async function sample(stage: Stage, startMs: number): Promise<Row> {
  const [usage, sessions] = await Promise.all([
    stage.electron.call('usage', null),
    stage.emulator.call('sessions', null),
  ]);
  return {
    minutes: Number(((performance.now() - startMs) / 60_000).toFixed(2)),
    rssMegabytes: Number((usage.rssBytes / 1e6).toFixed(1)),
    heapMegabytes: Number((usage.heapBytes / 1e6).toFixed(1)),
    handles: usage.handles,
    sessions,
  };
}

/** Runs for so long; prints a row every ten seconds. Gives whether all bytes were right and nothing grew. */
export async function soak(stage: Stage, minutes: number): Promise<boolean> {
  const startMs = performance.now();
  const endMs = startMs + minutes * 60_000;
  const doors = {
    echo: await stage.tunnel('usual', 'echo'),
    chargen: await stage.tunnel('usual', 'chargen'),
    sink: await stage.tunnel('usual', 'sink'),
  };
  await stage.load.call('startSoak', { doors, connections });
  const rows: Row[] = [];
  console.log(' minutes   RSS MB  heap MB  handles  sessions');
  let nextSampleMs = startMs + sampleMs;
  while (performance.now() < endMs) {
    await stage.emulator.call('faults', pick(faults));
    await delay(2000);
    if (performance.now() < nextSampleMs) continue;
    nextSampleMs += sampleMs;
    const row = await sample(stage, startMs);
    rows.push(row);
    const cells = [row.minutes, row.rssMegabytes, row.heapMegabytes, row.handles, row.sessions];
    console.log(cells.map((cell) => String(cell).padStart(8)).join(' '));
  }
  await stage.emulator.call('faults', {});
  const outcome = await stage.load.call('stopSoak', null);
  await stage.quiet();
  const left = await stage.emulator.call('sessions', null);
  const { ended, failed, corrupted, bytes } = outcome;
  console.log(`connections: ${ended} in order, ${failed} ended by faults, ${corrupted} with wrong bytes`);
  console.log(`bytes checked or counted: ${bytes}; sessions left: ${left}`);
  return !hasGrown(rows) && corrupted === 0;
}

/** Whether a robust line through the later two thirds rises. */
function hasGrown(rows: readonly Row[]): boolean {
  const later = rows.slice(Math.floor(rows.length / 3));
  let isGrowing = false;
  for (const key of ['rssMegabytes', 'heapMegabytes', 'handles'] as const) {
    const perHour = robustSlope(later.map((row) => [row.minutes / 60, row[key]] as const));
    const grows = perHour > limitsPerHour[key];
    console.log(`${key}: ${perHour.toFixed(1)} per hour${grows ? ', above the limit' : ''}`);
    isGrowing ||= grows;
  }
  if (later.length >= fewestRows) return isGrowing;
  console.log('(too short to tell: 5 minutes are the least)');
  return false;
}
