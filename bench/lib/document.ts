import type { Figure } from '../figures/figure.ts';
import type { Machine } from './machine.ts';
import { type FigureResult, goalText, isReached } from './results.ts';

function range({ runs }: FigureResult): string {
  return runs.length > 1 ? ` (${Math.min(...runs)}–${Math.max(...runs)})` : '';
}

function baselinesOf(result: FigureResult): string {
  return Object.entries(result.baselines)
    .map(([name, value]) => `${name} ${value} (×${result.ratios[name]})`)
    .join('<br>');
}

function goalsOf(figure: Figure, result: FigureResult): string {
  return figure.goals
    .map(
      (goal) => `${goalText(goal, figure.unit)}: ${isReached(goal, result) ? 'reached' : '**not reached**'}`,
    )
    .join('<br>');
}

/** `docs/performance.md`. */
export function performanceDocument(
  figures: readonly Figure[],
  results: ReadonlyMap<string, FigureResult>,
  machine: Machine,
  runs: number,
): string {
  const rows = figures.flatMap((figure) => {
    const result = results.get(figure.id);
    if (result === undefined) return [];
    const value = result.failures === undefined ? `${result.value} ${figure.unit}${range(result)}` : 'failed';
    return [
      `| \`${figure.id}\` | ${figure.about} | ${value} | ${baselinesOf(result)} | ${goalsOf(figure, result)} |`,
    ];
  });
  return `# Performance

Written by \`npm run bench -- --write-docs\`; do not edit. Ratios say more than absolute figures: application and baselines
took turns in the same run, on the same machine, against the same server.

![Throughput and latency beside the baselines](performance.svg)

Median of ${runs} runs (three where a run of the inventory takes minutes), lowest and highest in brackets. Baselines: the value, and in brackets the application's value
divided by it. \`bench/README.md\` says what each baseline is and in which thread it runs; [performance-notes.md](performance-notes.md)
says why goals are not reached.

| figure | what | application | baselines | must reach |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

Measured on ${machine.date} at commit \`${machine.commit}\`: ${machine.processor}, ${machine.memory}, ${machine.system} (load ${machine.load} at
the start). Application: Electron ${machine.electron} (Node ${machine.electronNode}), engine in its worker thread. Server and local
programs: Node ${machine.node}. socat ${machine.socat}. Everything over loopback, with TLS 1.3.
`;
}
