import { type TunnelDraft, tunnelDraftSchema, type TunnelSuggestion } from '../../shared/tunnel.ts';
import { parsePort, portProblem } from '../profiles/draft.ts';

/** A tunnel as it is typed: numbers are texts, so that wrong input can stand in them. */
export interface TypedTunnel {
  readonly remotePort: string;
  readonly localPort: string;
  readonly address: TunnelDraft['address'];
  readonly audience: TunnelDraft['audience'];
  readonly isKept: boolean;
  readonly idleMinutes: string;
  readonly maximumConnections: string;
}

type NumberField = 'remotePort' | 'localPort' | 'idleMinutes' | 'maximumConnections';

/** What is wrong, by field; empty if the tunnel can be opened. */
export type TunnelProblems = Readonly<Partial<Record<NumberField, string>>>;

/** Ports for which the service is documented. */
const documentedPorts: ReadonlySet<number> = new Set([22, 3389]);

/** What a new tunnel begins with; the port that the machine's system usually answers on. */
export function newTunnelDraft(isWindows: boolean): TypedTunnel {
  return {
    remotePort: isWindows ? '3389' : '22',
    localPort: '',
    address: 'own',
    audience: 'same-user',
    isKept: false,
    idleMinutes: '',
    maximumConnections: '256',
  };
}

/** True if a valid port is typed for which Microsoft documents nothing. */
export function isUndocumentedPort(typed: string): boolean {
  const port = parsePort(typed);
  return port !== null && !documentedPorts.has(port);
}

/** What an empty local port means for this remote port. */
export function localPortHint(typedRemote: string, suggestion: TunnelSuggestion | null): string {
  const remembered = suggestion?.rememberedPorts[String(parsePort(typedRemote) ?? '')];
  return remembered === undefined
    ? 'Left empty, any free port is taken, and the same one next time.'
    : `Left empty, it is ${String(remembered)} as before, or any free port if that is taken.`;
}

function parseCount(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
}

/** Checks a typed tunnel; the draft to be opened, or what is wrong with it. */
export function checkTunnel(
  vmId: string,
  typed: TypedTunnel,
): { readonly draft: TunnelDraft } | { readonly problems: TunnelProblems } {
  const { shape } = tunnelDraftSchema;
  const problems: Partial<Record<NumberField, string>> = {};
  const remotePort = parsePort(typed.remotePort);
  if (remotePort === null) problems.remotePort = portProblem;
  const hasLocalPort = typed.localPort.trim() !== '';
  const localPort = parsePort(typed.localPort);
  if (hasLocalPort && localPort === null) problems.localPort = portProblem;
  const idle = typed.idleMinutes.trim() === '' ? null : parseCount(typed.idleMinutes);
  if (!shape.idleCloseMinutes.safeParse(idle).success)
    problems.idleMinutes = 'Type 1 to 10,080 minutes, or nothing.';
  const maximum = parseCount(typed.maximumConnections);
  if (!shape.maximumConnections.safeParse(maximum).success)
    problems.maximumConnections = 'Type a number from 1 to 1,000.';
  if (remotePort === null || Object.keys(problems).length > 0) return { problems };
  return {
    draft: {
      vmId,
      remotePort,
      localPort: hasLocalPort ? localPort : null,
      address: typed.address,
      audience: typed.audience,
      isKept: typed.isKept,
      idleCloseMinutes: idle,
      maximumConnections: maximum,
    },
  };
}
