import type { Activity } from '../../shared/tunnel.ts';
import type { Log } from '../log/logger.ts';
import { redact } from '../log/redact.ts';
import type { StateStore } from '../state/state-store.ts';

type Level = Activity['level'];
type Fields = Parameters<Log['info']>[1];

/** Entries that are kept for a look back. */
const keptEntries = 500;

/** What the engine's thread reports without a level, and what a person should see at a glance. */
const raisedLevels: Readonly<Record<string, Level>> = {
  'client-refused': 'warn',
  'connection-failed': 'error',
  'token-not-deleted': 'warn',
};

/** The level of an entry, where the event says more than its reporter knew. */
function levelOf(level: Level, event: string, code: unknown): Level {
  if (level !== 'info') return level;
  const isLoss = event === 'connection-closed' && code !== 'ok' && code !== 'local-client-refused';
  return isLoss ? 'warn' : (raisedLevels[event] ?? level);
}

/** Hears of everything that is logged, and keeps the latest of it in the state for the Activity panel, redacted. */
export class ActivityLog implements Log {
  private readonly log: Log;
  private readonly state: StateStore;
  private readonly ids: string[] = [];
  private next = 1;

  constructor(log: Log, state: StateStore) {
    this.log = log;
    this.state = state;
  }

  info(event: string, fields?: Fields): void {
    this.log.info(event, fields);
    this.add('info', event, fields);
  }

  warn(event: string, fields?: Fields): void {
    this.log.warn(event, fields);
    this.add('warn', event, fields);
  }

  error(event: string, fields?: Fields): void {
    this.log.error(event, fields);
    this.add('error', event, fields);
  }

  clear(): void {
    this.state.remove('activity', this.ids.splice(0));
  }

  private add(level: Level, event: string, fields: Fields = {}): void {
    const id = String(this.next++);
    const clean = Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? redact(value) : value] as const],
    );
    this.state.upsert('activity', id, {
      id,
      at: Date.now(),
      level: levelOf(level, event, fields['code']),
      event,
      fields: Object.fromEntries(clean),
    });
    this.ids.push(id);
    if (this.ids.length > keptEntries)
      this.state.remove('activity', this.ids.splice(0, this.ids.length - keptEntries));
  }
}
