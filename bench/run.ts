/** The command line of the benchmarks; `npm run bench` starts it with Electron's path in SALLYPORT_ELECTRON. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { experiments } from './figures/all.ts';
import type { Experiment, Sample } from './figures/figure.ts';
import { performanceChart } from './lib/chart.ts';
import { performanceDocument } from './lib/document.ts';
import { inventoryExperiments } from './inventory/experiments.ts';
import { type InventoryStage, setInventoryStage } from './inventory/inventory-stage.ts';
import { describeMachine, type Machine } from './lib/machine.ts';
import { type FigureResult, lineOf, summarise } from './lib/results.ts';
import { setStage, withinLimit } from './lib/stage.ts';
import { soak } from './soak.ts';

const usage = `Usage: npm run bench -- [options]

  --figure ID       only this figure (may be given again); a beginning such as tunnel.echo is enough
  --only GROUP      only figures of a group: tunnel or inventory
  --runs N          runs of each figure (5)
  --quick           less of everything, for development
  --json FILE       write the results there
  --write-docs      write docs/performance.md and docs/performance.svg (a full run)
  --also FILE       with --write-docs: figures that are not measured now, out of an earlier --json
  --soak MINUTES    in place of figures: mixed traffic with faults; does anything grow?
  --profile         print where the engine's thread spends its time
  --loud            show what the processes say
`;

interface Effort {
  readonly runs: number;
  readonly isQuick: boolean;
}

/** Shows where a thread spends its time, around an experiment. */
interface Profiler {
  readonly start: () => Promise<unknown>;
  readonly stop: () => Promise<readonly string[]>;
}

/** Measures what was asked for; adds the results by figure. */
async function measure<S>(
  stage: S,
  chosen: readonly Experiment<S>[],
  effort: Effort,
  results: Map<string, FigureResult>,
  profiler: Profiler | null = null,
): Promise<void> {
  for (const experiment of chosen) {
    const samples = new Map<string, Sample[]>();
    const failures: string[] = [];
    try {
      await experiment.prepare?.(stage);
      await profiler?.start();
      const runs = Math.min(effort.runs, experiment.mostRuns ?? effort.runs);
      for (let run = 0; run < runs; run += 1) {
        const outcome = await withinLimit(
          experiment.run(stage, effort),
          experiment.limitMs,
          `not over after ${experiment.limitMs / 1000} s`,
        );
        for (const [id, sample] of Object.entries(outcome))
          samples.set(id, [...(samples.get(id) ?? []), sample]);
      }
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    // Before engines of this experiment end.
    const profile = (await profiler?.stop()) ?? [];
    await experiment.finish?.(stage).catch((error: unknown) => failures.push(String(error)));
    for (const figure of experiment.figures) {
      const result = summarise(figure, samples.get(figure.id) ?? [], failures);
      results.set(figure.id, result);
      console.log(lineOf(figure, result));
    }
    for (const line of profile) console.log(`    ${line}`);
  }
}

/** The experiments of which a figure was asked for. */
function choose<S>(all: readonly Experiment<S>[], wanted: readonly string[]): readonly Experiment<S>[] {
  return all.filter(({ figures }) =>
    figures.some(({ id }) => wanted.some((start) => id === start || id.startsWith(start))),
  );
}

async function measureEngine(
  electron: string,
  chosen: readonly Experiment[],
  options: Effort & {
    readonly isProfiled: boolean;
    readonly isLoud: boolean;
    readonly soakMinutes: number | null;
  },
  results: Map<string, FigureResult>,
): Promise<Machine | null> {
  const stage = await setStage({ electron, isProfiled: options.isProfiled, isLoud: options.isLoud });
  try {
    await stage.startEngine({ name: 'usual' });
    if (options.soakMinutes !== null) {
      process.exitCode = (await soak(stage, options.soakMinutes)) ? 0 : 1;
      return null;
    }
    const machine = await describeMachine(stage.versions);
    const profiler: Profiler = {
      async start() {
        // The thread is there once something was opened.
        await stage.tunnel('usual', 'echo');
        await stage.electron.call('startProfile', null);
      },
      stop: () => stage.electron.call('stopProfile', null),
    };
    await measure(stage, chosen, options, results, options.isProfiled ? profiler : null);
    return machine;
  } finally {
    await stage.dispose();
  }
}

/** The figures of an earlier run on this machine. */
async function readEarlier(path: string | undefined): Promise<[string, FigureResult][]> {
  if (path === undefined) return [];
  return Object.entries(JSON.parse(await readFile(path, 'utf8')) as Record<string, FigureResult>);
}

async function measureInventory(
  electron: string,
  chosen: readonly Experiment<InventoryStage>[],
  effort: Effort,
  results: Map<string, FigureResult>,
): Promise<void> {
  const stage = await setInventoryStage(electron);
  try {
    await measure(stage, chosen, effort, results);
  } finally {
    await stage.dispose();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      figure: { type: 'string', multiple: true },
      only: { type: 'string' },
      runs: { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'string' },
      'write-docs': { type: 'boolean' },
      also: { type: 'string' },
      soak: { type: 'string' },
      profile: { type: 'boolean' },
      loud: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = values.figure ?? [values.only ?? ''];
  const engine = choose(experiments, wanted);
  const inventory = choose(inventoryExperiments, wanted);
  if (engine.length + inventory.length === 0) {
    process.stderr.write(`No figure is called ${wanted.join(' or ')}.\n`);
    return 2;
  }
  const electron = process.env['SALLYPORT_ELECTRON'] ?? '';
  const isQuick = values.quick === true;
  const effort = { isQuick, runs: Number(values.runs ?? (isQuick ? 3 : 5)) };
  const soakMinutes = values.soak === undefined ? null : Number(values.soak);
  const results = new Map<string, FigureResult>(await readEarlier(values.also));
  let machine: Machine | null = null;
  if (engine.length > 0) {
    const isProfiled = values.profile === true;
    const isLoud = values.loud === true;
    machine = await measureEngine(electron, engine, { ...effort, isProfiled, isLoud, soakMinutes }, results);
  }
  if (soakMinutes !== null) return process.exitCode === 1 ? 1 : 0;
  if (inventory.length > 0) await measureInventory(electron, inventory, effort, results);
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(Object.fromEntries(results), undefined, 2)}\n`);
  if (values['write-docs'] === true && machine !== null) {
    const figures = [...experiments, ...inventoryExperiments].flatMap((each) => each.figures);
    await writeFile('docs/performance.md', performanceDocument(figures, results, machine, effort.runs));
    await writeFile('docs/performance.svg', performanceChart(figures, results));
  }
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
