import { type ReactNode, useId, useMemo, useState } from 'react';
import { reportError, run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { formatAgo } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { ActivityItem } from './ActivityItem.tsx';
import { activityText, type LevelFilter, visibleActivity } from './activity-words.ts';

/** Entries that are drawn before somebody asks for more. */
const pageSize = 100;

const filters: readonly { readonly value: LevelFilter; readonly text: string }[] = [
  { value: 'all', text: 'Everything' },
  { value: 'warn', text: 'Warnings and errors' },
  { value: 'error', text: 'Errors' },
];

function CopyDiagnostics(): ReactNode {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    const result = await bridge().calls['activity:copy-diagnostics'](null);
    setCopied(result.ok);
    if (!result.ok) reportError(result.error);
  }
  return (
    <>
      <output className="soft small">
        {isCopied ? 'Copied. Tokens, keys and passwords are taken out.' : ''}
      </output>
      <Button onPress={() => void copy()}>Copy diagnostics</Button>
    </>
  );
}

/** What has happened, in plain words, the latest first. */
export function ActivityPanel(): ReactNode {
  const activity = useAppState((state) => state.activity);
  const tunnels = useAppState((state) => state.tunnels);
  const sessions = useAppState((state) => state.sessions);
  const [filter, setFilter] = useState<LevelFilter>('all');
  const [shown, setShown] = useState(pageSize);
  const nowMs = useNow(15_000);
  const filterId = useId();
  const entries = useMemo(() => visibleActivity(activity, filter), [activity, filter]);
  const more = entries.length - shown;
  return (
    <div className="activity">
      <div className="activity-bar">
        <label htmlFor={filterId}>Show</label>
        <select
          id={filterId}
          className="input"
          value={filter}
          onChange={(event) =>
            setFilter(filters.find(({ value }) => value === event.target.value)?.value ?? 'all')
          }
        >
          {filters.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        <span className="section-gap" />
        <CopyDiagnostics />
        <Button kind="quiet" onPress={() => void run(bridge().calls['activity:clear'](null))}>
          Clear
        </Button>
      </div>
      {entries.length === 0 ? (
        <p className="panel-empty soft">
          {filter === 'all'
            ? 'Nothing has happened yet. Connections, tunnels and problems are listed here.'
            : 'Nothing of this kind has happened.'}
        </p>
      ) : (
        <ol className="activity-list" aria-label="Activity">
          {entries.slice(0, shown).map((entry) => (
            <ActivityItem
              key={entry.id}
              entry={entry}
              text={activityText(entry, { tunnels, sessions })}
              ago={formatAgo(entry.at, nowMs)}
            />
          ))}
        </ol>
      )}
      {more > 0 && (
        <div className="activity-more">
          <Button kind="link" onPress={() => setShown(shown + pageSize)}>
            Show {Math.min(more, pageSize)} older
          </Button>
        </div>
      )}
    </div>
  );
}
