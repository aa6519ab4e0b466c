import type { AppState } from '../../shared/state.ts';
import type { Activity, Tunnel, TunnelConnection } from '../../shared/tunnel.ts';
import { redact } from '../log/redact.ts';

/** Activity entries in the text: more than these nobody reads in an issue. */
const shownEntries = 200;

/** What somebody who helps needs to know, as text that can be posted in public: no names of accounts, no secrets. */
export function describeForHelp(
  state: AppState,
  runtime: { readonly electron: string; readonly os: string },
): string {
  const lines = [
    `Sallyport ${state.version}, Electron ${runtime.electron}, ${runtime.os}`,
    `Cloud: ${state.cloud.name}${state.cloud.custom ? ' (custom)' : ''}`,
    `Accounts: ${describeAccounts(state)}`,
    `Sign-in: ${state.identity.registration?.kind ?? 'not chosen'}, tokens ${state.identity.tokenPlace}; inventory: ${state.inventory.state}, ${Object.keys(state.vms).length} machines`,
    '',
    'Tunnels',
    ...Object.values(state.tunnels).flatMap(describeTunnel),
    '',
    `Activity (latest ${shownEntries})`,
    ...Object.values(state.activity)
      .toSorted((a, b) => Number(a.id) - Number(b.id))
      .slice(-shownEntries)
      .map(describeEntry),
  ];
  return redact(lines.join('\n'));
}

function describeAccounts(state: AppState): string {
  const accounts = Object.values(state.accounts);
  if (accounts.length === 0) return state.account.kind;
  return accounts
    .map(({ error, troubles }) =>
      [error, ...troubles.map((trouble) => trouble.error)]
        .map((each) => each?.code ?? '')
        .join(' ')
        .trim(),
    )
    .map((codes) => (codes === '' ? 'ready' : codes))
    .join('; ');
}

function describeTunnel(tunnel: Tunnel): string[] {
  const { state } = tunnel;
  const failure = state.kind === 'failed' ? ` ${state.error.code} ${state.error.detail ?? ''}` : '';
  return [
    `- port ${tunnel.remotePort} via ${tunnel.bastionName || 'unknown'}: ${state.kind}${failure}, ${tunnel.openConnections} open, sent ${tunnel.sentBytes} B, received ${tunnel.receivedBytes} B, round trip ${roundTrip(tunnel.roundTripMs)}`,
    ...tunnel.connections.map((connection) => `  - ${describeConnection(connection)}`),
  ];
}

function describeConnection({
  number,
  state,
  timings,
  sentBytes,
  receivedBytes,
  roundTripMs,
}: TunnelConnection): string {
  const steps = timings.map(({ step, attempt, startMs, endMs }) => {
    const length = endMs === null ? 'running' : `${(endMs - startMs).toFixed(1)} ms`;
    return `${step}${attempt > 1 ? `#${attempt}` : ''} at ${startMs.toFixed(1)}: ${length}`;
  });
  const end =
    state.kind === 'closed'
      ? ` ${state.reason}${state.error === null ? '' : ` ${state.error.code} ${state.error.detail ?? ''}`}`
      : '';
  return `connection ${number}: ${state.kind}${end}; ${steps.join(', ')}; sent ${sentBytes} B, received ${receivedBytes} B, round trip ${roundTrip(roundTripMs)}`;
}

function roundTrip(ms: number | null): string {
  return ms === null ? 'unknown' : `${ms.toFixed(1)} ms`;
}

function describeEntry({ at, level, event, fields }: Activity): string {
  const details = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return [new Date(at).toISOString(), level, event, ...details].join(' ');
}
