/** The command line of the benchmarks; `npm run bench` starts it with Electron's path in SALLYPORT_ELECTRON. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { experiments } from './figures/all.ts';
import type { Experiment, Sample } from './figures/figure.ts';
import { performanceChart } from './lib/chart.ts';
import { performanceDocument } from './lib/document.ts';
import { describeMachine } from './lib/machine.ts';
import { type FigureResult, lineOf, summarise } from './lib/results.ts';
import { type Stage, setStage, withinLimit } from './lib/stage.ts';
import { soak } from './soak.ts';

const usage = `Usage: npm run bench -- [options]

  --figure ID       only this figure (may be given again); a beginning such as tunnel.echo is enough
  --only GROUP      only figures of a group: tunnel
  --runs N          runs of each figure (5)
  --quick           less of everything, for development
  --json FILE       write the results there
  --write-docs      write docs/performance.md and docs/performance.svg (a full run)
  --soak MINUTES    in place of figures: mixed traffic with faults; does anything grow?
  --profile         print where the engine's thread spends its time
  --loud            show what the processes say
`;

/** Measures what was asked for; gives the results by figure. */
async function measure(
  stage: Stage,
  chosen: readonly Experiment[],
  options: { readonly runs: number; readonly isQuick: boolean; readonly isProfiled: boolean },
): Promise<Map<string, FigureResult>> {
  const results = new Map<string, FigureResult>();
  for (const experiment of chosen) {
    const samples = new Map<string, Sample[]>();
    const failures: string[] = [];
    try {
      await experiment.prepare?.(stage);
      if (options.isProfiled) {
        // The thread is there once something was opened.
        await stage.tunnel('usual', 'echo');
        await stage.electron.call('startProfile', null);
      }
      for (let run = 0; run < options.runs; run += 1) {
        const outcome = await withinLimit(
          experiment.run(stage, options),
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
    const profile = options.isProfiled ? await stage.electron.call('stopProfile', null) : [];
    await experiment.finish?.(stage).catch((error: unknown) => failures.push(String(error)));
    for (const figure of experiment.figures) {
      const result = summarise(figure, samples.get(figure.id) ?? [], failures);
      results.set(figure.id, result);
      console.log(lineOf(figure, result));
    }
    for (const line of profile) console.log(`    ${line}`);
  }
  return results;
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
  const chosen = experiments.filter(({ figures }) =>
    figures.some(({ id }) => wanted.some((start) => id === start || id.startsWith(start))),
  );
  if (chosen.length === 0) {
    process.stderr.write(`No figure is called ${wanted.join(' or ')}.\n`);
    return 2;
  }
  const isQuick = values.quick === true;
  const runs = Number(values.runs ?? (isQuick ? 3 : 5));
  const stage = await setStage({
    electron: process.env['SALLYPORT_ELECTRON'] ?? '',
    isProfiled: values.profile === true,
    isLoud: values.loud === true,
  });
  try {
    await stage.startEngine({ name: 'usual' });
    if (values.soak !== undefined) return (await soak(stage, Number(values.soak))) ? 0 : 1;
    const machine = await describeMachine(stage.versions);
    const results = await measure(stage, chosen, {
      runs,
      isQuick,
      isProfiled: values.profile === true,
    });
    if (values.json !== undefined)
      await writeFile(values.json, `${JSON.stringify(Object.fromEntries(results), undefined, 2)}\n`);
    if (values['write-docs'] === true) {
      const figures = experiments.flatMap((each) => each.figures);
      await writeFile('docs/performance.md', performanceDocument(figures, results, machine, runs));
      await writeFile('docs/performance.svg', performanceChart(figures, results));
    }
  } finally {
    await stage.dispose();
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
