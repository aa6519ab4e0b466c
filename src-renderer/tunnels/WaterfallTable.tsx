import type { ReactNode } from 'react';
import { formatStepTime } from '../ui/format.ts';
import { connectionStepText } from './tunnel-words.ts';
import type { Bar, Waterfall } from './waterfall.ts';

const stateWords: Readonly<Record<Exclude<Bar['state'], 'done'>, string>> = {
  running: 'in progress',
  stopped: 'stopped here',
};

function BarRow({ bar, hasAttempts }: { readonly bar: Bar; readonly hasAttempts: boolean }): ReactNode {
  return (
    <tr data-step={bar.step}>
      <th scope="row">
        {connectionStepText(bar.step)}
        {bar.state !== 'done' && (
          <span className={bar.state === 'stopped' ? 'waterfall-word bad' : 'waterfall-word'}>
            {stateWords[bar.state]}
          </span>
        )}
      </th>
      {hasAttempts && <td className="number">{bar.attempt}</td>}
      <td className="number">{formatStepTime(bar.startMs)}</td>
      <td className="number">{formatStepTime(bar.durationMs)}</td>
      <td className="waterfall-track">
        <span className="visually-hidden">until {formatStepTime(bar.startMs + bar.durationMs)}</span>
        <span
          className={`waterfall-bar waterfall-${bar.state}`}
          style={{ left: `${bar.left.toFixed(2)}%`, width: `${bar.width.toFixed(2)}%` }}
          aria-hidden
        />
      </td>
    </tr>
  );
}

/** The steps of a connection as bars over time; a table to those who hear it. */
export function WaterfallTable({ waterfall }: { readonly waterfall: Waterfall }): ReactNode {
  const hasAttempts = waterfall.attempts > 1;
  const isRunning = waterfall.bars.some((bar) => bar.state === 'running');
  if (waterfall.bars.length === 0) return <p className="soft small">No step has begun yet.</p>;
  return (
    <table className="waterfall" aria-label="Steps of this connection">
      <thead>
        <tr>
          <th scope="col">Step</th>
          {hasAttempts && (
            <th scope="col" className="number">
              Attempt
            </th>
          )}
          <th scope="col" className="number">
            Begins at
          </th>
          <th scope="col" className="number">
            Took
          </th>
          <th scope="col" className="waterfall-total">
            {formatStepTime(waterfall.totalMs)} {isRunning ? 'so far' : 'in all'}
          </th>
        </tr>
      </thead>
      <tbody>
        {waterfall.bars.map((bar) => (
          <BarRow
            key={`${String(bar.attempt)} ${bar.step} ${String(bar.startMs)}`}
            bar={bar}
            hasAttempts={hasAttempts}
          />
        ))}
      </tbody>
    </table>
  );
}
