import type { Figure } from '../figures/figure.ts';
import type { FigureResult } from './results.ts';

const charted = ['tunnel.down.64k', 'tunnel.down.4k', 'tunnel.up', 'tunnel.echo.p50', 'tunnel.echo.p99'];
const width = 760;
const labelWidth = 150;
const barHeight = 16;
const gap = 4;

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function bars(top: number, result: FigureResult): { readonly svg: string; readonly height: number } {
  // Without the plain TCP connection, beside which all others would be short.
  const rows: [string, number][] = [['application', result.value], ...Object.entries(result.baselines)];
  const shown = rows.filter(([name, value]) => name !== 'direct' && Number.isFinite(value));
  const most = Math.max(...shown.map(([, value]) => value));
  const lines = shown.map(([name, value], index) => {
    const y = top + index * (barHeight + gap);
    const length = Math.max(1, (value / most) * (width - labelWidth - 130));
    return (
      `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end">${escape(name)}</text>` +
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" ` +
      `class="${index === 0 ? 'app' : 'other'}"/>` +
      `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${y + 12}">${value} ${escape(result.unit)}</text>`
    );
  });
  return { svg: lines.join('\n'), height: shown.length * (barHeight + gap) };
}

/** A bar chart of the figures that people ask for first; it follows the reader's light or dark setting. */
export function performanceChart(
  figures: readonly Figure[],
  results: ReadonlyMap<string, FigureResult>,
): string {
  const parts: string[] = [];
  let top = 12;
  for (const id of charted) {
    const figure = figures.find((each) => each.id === id);
    const result = results.get(id);
    if (figure === undefined || result === undefined || !Number.isFinite(result.value)) continue;
    parts.push(`<text x="8" y="${top + 12}" class="title">${escape(`${id}: ${figure.about}`)}</text>`);
    const { svg, height } = bars(top + 22, result);
    parts.push(svg);
    top += 22 + height + 18;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img" aria-label="Throughput and latency of the application beside its baselines">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.app { fill: #0969da; }
.other { fill: #8c959f; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .app { fill: #4493f8; } .other { fill: #6e7681; } }
</style>
${parts.join('\n')}
</svg>
`;
}
