import { type ErrorCode, errorCatalogue } from '../../shared/errors.ts';
import type { AppState } from '../../shared/state.ts';
import type { Activity } from '../../shared/tunnel.ts';

/** Names of what an entry is about: entries carry ids only. */
export type Names = Pick<AppState, 'tunnels' | 'sessions'>;

/** What the level filter shows. */
export type LevelFilter = 'all' | 'warn' | 'error';

function text(entry: Activity, field: string): string {
  const value = entry.fields[field];
  return value === undefined || value === null ? '' : String(value);
}

function tunnelName(entry: Activity, { tunnels }: Names): string {
  const id = text(entry, 'tunnelId');
  const tunnel = Object.hasOwn(tunnels, id) ? tunnels[id] : undefined;
  if (tunnel !== undefined) return `the tunnel to ${tunnel.vmName}, port ${String(tunnel.remotePort)}`;
  const port = text(entry, 'remotePort');
  return port === '' ? 'a tunnel' : `a tunnel to port ${port}`;
}

function sessionName(entry: Activity, { sessions }: Names): string {
  const id = text(entry, 'sessionId');
  const session = Object.hasOwn(sessions, id) ? sessions[id] : undefined;
  if (session === undefined) return 'a session';
  return `the ${session.kind === 'ssh' ? 'SSH' : 'Remote Desktop'} session with ${session.vmName}`;
}

/** The sentence of an error of the catalogue; empty for a code that is none. */
function why(entry: Activity): string {
  const code = text(entry, 'code');
  return Object.hasOwn(errorCatalogue, code) ? ` ${errorCatalogue[code as ErrorCode].message}` : '';
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

const sentences: Readonly<Record<string, (entry: Activity, names: Names) => string>> = {
  'tunnel-listening': (entry, names) =>
    `${tunnelName(entry, names)} listens on local port ${text(entry, 'localPort')}.`,
  'tunnel-failed': (entry, names) => `${tunnelName(entry, names)} could not be opened.${why(entry)}`,
  'tunnel-stopped': (entry, names) => `${tunnelName(entry, names)} was stopped.`,
  'tunnel-unused': (entry, names) => `${tunnelName(entry, names)} was closed because nobody used it.`,
  'tunnel-removed': (entry, names) => `${tunnelName(entry, names)} was removed.`,
  'tunnel-allowed': (entry, names) =>
    text(entry, 'uid') === ''
      ? `every program of this computer may now use ${tunnelName(entry, names)}.`
      : `programs of user id ${text(entry, 'uid')} may now use ${tunnelName(entry, names)}.`,
  'client-refused': (entry, names) =>
    `a program was turned away from ${tunnelName(entry, names)}: ${text(entry, 'reason')}.`,
  'connection-failed': (entry, names) =>
    `a connection through ${tunnelName(entry, names)} could not be made.${why(entry)}`,
  'connection-closed': (entry, names) => {
    const connection = `a connection through ${tunnelName(entry, names)}`;
    const code = text(entry, 'code');
    if (code === 'ok') return `${connection} ended.`;
    return code === 'local-client-refused'
      ? `${connection} was not made for the program that was turned away.`
      : `${connection} was lost.${why(entry)}`;
  },
  'token-not-deleted': () =>
    'the token of an ended connection could not be deleted; the Bastion lets it expire by itself.',
  'tunnel-engine-crashed': () => 'the tunnel engine ended unexpectedly, and all tunnels with it.',
  'session-open': (entry, names) => `${sessionName(entry, names)} is connected.`,
  'session-lost': (entry, names) => `${sessionName(entry, names)} was lost.${why(entry)}`,
  'session-failed': (entry, names) => `${sessionName(entry, names)} could not be made.${why(entry)}`,
  'session-closed': (entry, names) => `${sessionName(entry, names)} has ended.`,
  'session-retry': (entry, names) =>
    `${sessionName(entry, names)} is being connected again, try ${text(entry, 'attempt')}.`,
  'network-changed': () => 'the network of this computer changed, or it woke up; connections are checked.',
  'trust-loaded': (entry) => `${text(entry, 'all')} certificate authorities are trusted.`,
  'trust-incomplete': () => 'a list of certificate authorities could not be read and is left out.',
  'system-proxy-unknown': () => "the system's proxy could not be found out.",
  'proxy-unresolved': () => 'the proxy could not be found out; a direct connection is tried.',
  'sign-in-failed': (entry) => `the sign-in failed.${why(entry)}`,
  'inventory-tenant-failed': (entry) => `the machines of a directory could not be read.${why(entry)}`,
  'upload-left-out': (entry) => `${text(entry, 'count')} dropped entries were left out of an upload.`,
  swept: (entry) => `what ${text(entry, 'runs')} killed runs had left was removed.`,
  'local-data-not-saved': () => 'settings could not be saved to disk.',
  unexpected: () => 'something went wrong inside the app.',
};

/** An entry as a sentence; an event that has none shows its name. */
export function activityText(entry: Activity, names: Names): string {
  const sentence = Object.hasOwn(sentences, entry.event) ? sentences[entry.event] : undefined;
  return sentence === undefined ? entry.event : capital(sentence(entry, names));
}

/** An entry's fields, one a line, after the name of its event. */
export function activityDetails(entry: Activity): string {
  const fields = Object.entries(entry.fields).filter(([, value]) => value !== null && value !== '');
  return [`event: ${entry.event}`, ...fields.map(([name, value]) => `${name}: ${String(value)}`)].join('\n');
}

/** The entries that a filter leaves, the latest first. */
export function visibleActivity(
  activity: Readonly<Record<string, Activity>>,
  filter: LevelFilter,
): readonly Activity[] {
  return Object.values(activity)
    .filter(({ level }) => filter === 'all' || level === 'error' || level === filter)
    .toSorted((a, b) => Number(b.id) - Number(a.id));
}
