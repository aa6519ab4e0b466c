import type { AppError } from '../../shared/errors.ts';
import type {
  CloseReason,
  ConnectionState,
  ConnectionStep,
  RefusedClient,
  Tunnel,
  TunnelConnection,
} from '../../shared/tunnel.ts';
import { formatBytes, formatSpeed, formatStepTime, plural } from '../ui/format.ts';

/** The services that the Bastion is documented for, and those that people tunnel most. */
const serviceNames: Readonly<Record<number, string>> = {
  22: 'SSH',
  80: 'HTTP',
  443: 'HTTPS',
  1433: 'SQL Server',
  3306: 'MySQL',
  3389: 'RDP',
  5432: 'PostgreSQL',
  5900: 'VNC',
  5985: 'WinRM',
  6379: 'Redis',
};

/** A remote port with the service that usually is there: `port 22, SSH`. */
export function remotePortText(port: number): string {
  const name = serviceNames[port];
  return name === undefined ? `port ${String(port)}` : `port ${String(port)}, ${name}`;
}

/** Where a tunnel listens; null while it does not. */
export function localEnd(tunnel: Tunnel): { readonly address: string; readonly port: number } | null {
  return tunnel.state.kind === 'listening'
    ? { address: tunnel.state.address, port: tunnel.state.port }
    : null;
}

/** A tunnel in one line, for names of buttons and of its row. */
export function tunnelTitle(tunnel: Tunnel): string {
  return `${tunnel.vmName}, port ${String(tunnel.remotePort)}`;
}

/** The state of a tunnel in a word or two. */
export function tunnelStateText(tunnel: Tunnel): string {
  const { state } = tunnel;
  switch (state.kind) {
    case 'waiting':
      return 'Waiting for the list of machines';
    case 'opening':
      return 'Opening';
    case 'listening':
      return 'Listening';
    case 'stopping':
      return 'Stopping';
    case 'stopped':
      return state.why === 'idle' ? 'Stopped, it was not used' : 'Stopped';
    case 'failed':
      return 'Failed';
  }
}

/** What moves through a tunnel: rates, the round trip, and what has moved so far. */
export function tunnelTraffic(tunnel: Tunnel): readonly string[] {
  const parts = [plural(tunnel.openConnections, 'open connection')];
  if (tunnel.state.kind === 'listening') {
    parts.push(`↑ ${formatSpeed(tunnel.sentPerSecond)} ↓ ${formatSpeed(tunnel.receivedPerSecond)}`);
    if (tunnel.roundTripMs !== null) parts.push(`${formatStepTime(tunnel.roundTripMs)} round trip`);
  }
  parts.push(`${formatBytes(tunnel.sentBytes)} sent, ${formatBytes(tunnel.receivedBytes)} received`);
  return parts;
}

/** Tunnels of the user first, then those of sessions; by machine and port. */
export function sortTunnels(tunnels: readonly Tunnel[]): readonly Tunnel[] {
  return tunnels.toSorted(
    (a, b) =>
      Number(a.draft === null) - Number(b.draft === null) ||
      a.vmName.localeCompare(b.vmName) ||
      a.remotePort - b.remotePort ||
      a.id.localeCompare(b.id),
  );
}

/** How many tunnels of the user are open. */
export function openTunnelCount(tunnels: Readonly<Record<string, Tunnel>>): number {
  return Object.values(tunnels).filter((each) => each.draft !== null && each.state.kind === 'listening')
    .length;
}

/** One line that can be pasted: what it is called, and the text. */
export interface ReadyLine {
  readonly label: string;
  readonly text: string;
}

/** Lines for the programs that usually speak to a port, the plain address first. */
export function readyLines(
  remotePort: number,
  address: string,
  port: number,
  knownUser: string,
): readonly ReadyLine[] {
  const user = knownUser === '' ? 'USER' : knownUser;
  const end = `${address}:${String(port)}`;
  const lines: ReadyLine[] = [
    { label: 'Address and port', text: end },
    { label: 'Port only', text: String(port) },
  ];
  const own: Readonly<Record<number, ReadyLine>> = {
    22: { label: 'ssh command', text: `ssh -p ${String(port)} ${user}@${address}` },
    80: { label: 'URL', text: `http://${end}/` },
    443: { label: 'URL', text: `https://${end}/` },
    1433: { label: 'sqlcmd command', text: `sqlcmd -S ${address},${String(port)} -U USER` },
    3306: { label: 'mysql command', text: `mysql -h ${address} -P ${String(port)} -u USER -p` },
    5432: { label: 'psql command', text: `psql -h ${address} -p ${String(port)} -U USER` },
    6379: { label: 'redis-cli command', text: `redis-cli -h ${address} -p ${String(port)}` },
  };
  const line = own[remotePort];
  return line === undefined ? lines : [...lines, line];
}

const stepNames: Readonly<Record<ConnectionStep, string>> = {
  admission: 'Local program checked',
  'sign-in': 'Sign-in',
  endpoint: 'Bastion instance found',
  dns: 'Name looked up',
  tcp: 'TCP connection',
  proxy: 'Proxy',
  tls: 'TLS',
  token: 'Token',
  upgrade: 'WebSocket',
  'first-byte': 'First byte of the machine',
};

/** A step of a connection as it is shown. */
export function connectionStepText(step: ConnectionStep): string {
  return stepNames[step];
}

const closeReasons: Readonly<Record<CloseReason, string>> = {
  'local-end': 'closed by the local program',
  'remote-end': 'closed by the machine',
  stopped: 'closed because the tunnel was stopped',
  failed: 'failed',
};

/** The state of a connection in words, at a moment of its clock. */
export function connectionStateText(state: ConnectionState, nowMs: number): string {
  switch (state.kind) {
    case 'connecting':
      return `connecting: ${stepNames[state.step].toLowerCase()}`;
    case 'waiting':
      return `trying again in ${formatStepTime(Math.max(0, state.retryAtMs - nowMs))}`;
    case 'open':
      return 'open';
    case 'draining':
      return 'closing, the rest is still moving';
    case 'closed':
      return closeReasons[state.reason];
  }
}

/** What a connection has moved: `1.2 KB sent, 8 KB received`. */
export function connectionBytes(connection: TunnelConnection): string {
  return `${formatBytes(connection.sentBytes)} sent, ${formatBytes(connection.receivedBytes)} received`;
}

/** Why the latest connection failed; null if it did not. One that was turned away is told elsewhere. */
export function latestFailure(tunnel: Tunnel): AppError | null {
  const state = tunnel.connections.at(-1)?.state;
  if (state?.kind !== 'closed' || state.reason !== 'failed') return null;
  return state.error?.code === 'local-client-refused' ? null : state.error;
}

/** True if letting the program in is the answer: not where the tunnel was full. */
export function canAllow(client: RefusedClient): boolean {
  return !client.reason.includes('connections are open already');
}

/** Programs that were turned away, one entry a user: which, how often, the latest when. */
export interface RefusedGroup {
  readonly uid: number | null;
  readonly reason: string;
  readonly count: number;
  readonly latest: RefusedClient;
  readonly canAllow: boolean;
}

/** Puts refused programs of one user and one reason together, the latest first. */
export function groupRefused(refused: readonly RefusedClient[]): readonly RefusedGroup[] {
  const groups = new Map<string, RefusedGroup>();
  for (const client of refused) {
    const key = `${String(client.uid)} ${client.reason}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, {
      uid: client.uid,
      reason: client.reason,
      count,
      latest: client,
      canAllow: canAllow(client),
    });
  }
  return [...groups.values()].toSorted((a, b) => b.latest.at - a.latest.at);
}
