import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { TunnelTarget } from '../tunnel/tunnel-types.ts';

/** What every verb needs to reach a target. */
interface Reach {
  /** Custom-cloud document; null: public Azure. */
  readonly cloudPath: string | null;
  readonly target: TunnelTarget;
  readonly bastionId: string;
  readonly remotePort: number;
}

export interface TunnelCommand extends Reach {
  readonly verb: 'tunnel';
  readonly localPort: number;
  readonly localAddress: string;
  readonly audience: 'same-user' | 'any-user';
  readonly messageBytes: number;
  readonly pings: 'on' | 'off';
  readonly output: 'text' | 'json';
}

export interface ProbeCommand extends Reach {
  readonly verb: 'probe';
  readonly outPath: string;
  /** The longest age of a token that is tried, and how long an idle connection is watched. */
  readonly longestSeconds: number;
  readonly consent: 'given' | 'ask';
}

/** A command line, or what is wrong with it. */
export type ParsedCommand =
  | { readonly ok: true; readonly command: TunnelCommand | ProbeCommand }
  /** `isHelp`: the usage was asked for, and nothing is wrong. */
  | { readonly ok: false; readonly problem: string; readonly isHelp?: true };

export const usage = `usage:
  sallyport tunnel --bastion ID --target ID|IP --remote-port N [--port N] [--address 127.x.y.z] [--any-user]
                   [--cloud FILE] [--message-bytes N] [--no-pings] [--json] [--in-electron]
  sallyport probe  --bastion ID --target ID|IP --remote-port N --out FILE [--seconds N] [--yes] [--cloud FILE]

Signs in as a service principal: AZURE_TENANT_ID (the tenant of the Bastion), AZURE_CLIENT_ID, AZURE_CLIENT_SECRET.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  cloud: text,
  bastion: text,
  target: text,
  'remote-port': text,
  port: text,
  address: text,
  'any-user': flag,
  'message-bytes': text,
  'no-pings': flag,
  json: flag,
  // Read by the script that starts this.
  'in-electron': flag,
  out: text,
  seconds: text,
  yes: flag,
  help: flag,
} as const satisfies ParseArgsConfig['options'];

const largestMessageBytes = 65_532;

/** Reads the arguments after the program's name. */
export function parseCommand(args: readonly string[]): ParsedCommand {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (values.help === true) return { ok: false, problem: '', isHelp: true };
    const verb = positionals[0];
    if (positionals.length !== 1 || (verb !== 'tunnel' && verb !== 'probe')) {
      throw new UsageError(verb === undefined ? 'no command' : `unknown command: ${positionals.join(' ')}`);
    }
    const reach: Reach = {
      cloudPath: values.cloud ?? null,
      bastionId: bastionId(values.bastion),
      target: target(values.target),
      remotePort: whole('remote-port', values['remote-port'], 1, 65_535),
    };
    if (verb === 'probe') {
      if (values.out === undefined) throw new UsageError('--out is needed');
      const longestSeconds = whole('seconds', values.seconds ?? '120', 5, 3_600);
      const consent = values.yes === true ? 'given' : 'ask';
      return { ok: true, command: { verb, ...reach, outPath: values.out, longestSeconds, consent } };
    }
    return {
      ok: true,
      command: {
        verb,
        ...reach,
        localPort: whole('port', values.port ?? '0', 0, 65_535),
        localAddress: loopback(values.address ?? '127.0.0.1'),
        audience: values['any-user'] === true ? 'any-user' : 'same-user',
        messageBytes: whole('message-bytes', values['message-bytes'] ?? '4096', 1, largestMessageBytes),
        pings: values['no-pings'] === true ? 'off' : 'on',
        output: values.json === true ? 'json' : 'text',
      },
    };
  } catch (error) {
    // parseArgs throws for flags that nobody knows, we for values: both are the user's to mend.
    if (error instanceof UsageError || (error instanceof TypeError && 'code' in error)) {
      return { ok: false, problem: error.message };
    }
    throw error;
  }
}

class UsageError extends Error {}

function whole(name: string, value: string | undefined, least: number, most: number): number {
  const number = /^\d+$/.test(value ?? '') ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${name} must be a number from ${least} to ${most}`);
}

function loopback(value: string): string {
  if (/^127(\.\d{1,3}){3}$/.test(value)) return value;
  throw new UsageError('--address must be an address of this computer alone: 127.x.y.z');
}

function bastionId(value: string | undefined): string {
  if (
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/bastionHosts\/[^/]+$/i.test(
      value ?? '',
    )
  ) {
    return value ?? '';
  }
  throw new UsageError('--bastion must be the resource id of a Bastion');
}

function target(value: string | undefined): TunnelTarget {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(value ?? '')) return { kind: 'ip', address: value ?? '' };
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^?#\s]+$/i.test(value ?? '')) {
    return { kind: 'resource', resourceId: value ?? '' };
  }
  throw new UsageError(
    value === undefined ? '--target is needed' : '--target must be a resource id or an IPv4 address',
  );
}
