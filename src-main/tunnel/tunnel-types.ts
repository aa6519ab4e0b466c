import type { AppError } from '../../shared/errors.ts';
import type { ConnectionStep, RefusedClient, TunnelConnection } from '../../shared/tunnel.ts';

/** How the data plane is reached: the same for every Bastion of a cloud. Plain data: it crosses to the worker. */
export interface DataPlane {
  readonly port: number;
  /** Addresses for host names that DNS does not know. */
  readonly hosts: Readonly<Record<string, string>>;
  /** PEM certificates that replace the built-in list; null: the built-in list. */
  readonly ca: readonly string[] | null;
}

/**
 * Who may use a listener. `single-use`: one connection by the same user, then it closes. `same-user`: any number by the
 * same user. `any-user`: every program of this computer, because the user said so.
 */
export type Audience = 'single-use' | 'same-user' | 'any-user';

/** What a tunnel goes through. */
export interface BastionEnd {
  /** ARM id of the Bastion. */
  readonly id: string;
  /** Its `dnsName`, verbatim; host characters only. */
  readonly endpoint: string;
  /** Tenant of its subscription, which must issue the token. */
  readonly tenantId: string;
  /** `two-step`: the endpoint only names the pod to talk to (Developer and QuickConnect). */
  readonly kind: 'dedicated' | 'two-step';
}

/** What a tunnel leads to: an ARM resource (VM, scale-set instance, …), or an address that the Bastion can route to. */
export type TunnelTarget =
  | { readonly kind: 'resource'; readonly resourceId: string }
  | { readonly kind: 'ip'; readonly address: string };

/** One tunnel: a local listener whose connections go to one port of one target through one Bastion. */
export interface TunnelSpec {
  readonly id: string;
  readonly bastion: BastionEnd;
  readonly target: TunnelTarget;
  readonly remotePort: number;
  readonly audience: Audience;
  /** Loopback address to listen on. */
  readonly localAddress: string;
  /** 0: any free port. A wanted port that is taken falls back to a free one if `localPortFallback`. */
  readonly localPort: number;
  readonly localPortFallback: boolean;
  /**
   * `greeting`: both sides open with a harmless greeting (SSH, RDP), so that what the local program has sent may be sent
   * once more over a new connection while nothing has come back. `unknown`: never.
   */
  readonly opening: 'greeting' | 'unknown';
  /** How long the target may stay silent at the start of a connection; null for protocols where the client speaks first. */
  readonly firstByteTimeoutMs: number | null;
  /** Connections at a time; more are turned away. */
  readonly maximumConnections: number;
  /** Closes the listener when nobody has been connected for so long; null: never. */
  readonly idleCloseMs: number | null;
  /** WebSocket pings: they tell a dead peer and measure the way; some service may not like them. */
  readonly pings: 'on' | 'off';
}

/** Settings that most tunnels share. */
export const usualLimits = {
  maximumConnections: 256,
  idleCloseMs: null,
  pings: 'on',
} as const satisfies Partial<TunnelSpec>;

/** What the engine tells about its tunnels. Times in milliseconds, sizes in bytes. */
export type TunnelEvent =
  /** A step of a connection is over. */
  | {
      readonly kind: 'step';
      readonly tunnelId: string;
      readonly connection: number;
      readonly step: ConnectionStep;
      readonly durationMs: number;
    }
  /** A connection never came to be. */
  | {
      readonly kind: 'failed';
      readonly tunnelId: string;
      readonly connection: number;
      readonly step: ConnectionStep;
      readonly error: AppError;
    }
  /** A connection has ended after it was open. */
  | {
      readonly kind: 'closed';
      readonly tunnelId: string;
      readonly connection: number;
      /** Null for an end in order. */
      readonly error: AppError | null;
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  /** Batched: the connections that have changed since the last of these, and the totals of the tunnel. */
  | {
      readonly kind: 'progress';
      readonly tunnelId: string;
      readonly connections: readonly TunnelConnection[];
      readonly sentBytes: number;
      readonly receivedBytes: number;
      readonly roundTripMs: number | null;
    }
  /** A local program was turned away. */
  | { readonly kind: 'refused'; readonly tunnelId: string; readonly client: RefusedClient }
  /** The listener has closed by itself: nobody was connected for as long as was allowed. */
  | { readonly kind: 'idle-closed'; readonly tunnelId: string };

/** Where a tunnel listens. */
export interface TunnelAddress {
  readonly address: string;
  readonly port: number;
}

/** Which ARM token is wanted: any valid one, a new one because the last was refused, or one that answers a claims challenge. */
export type TokenRenewal =
  | { readonly kind: 'cached' }
  | { readonly kind: 'forced' }
  | { readonly kind: 'claims'; readonly claims: string };

/** The Bastion that somebody looks at: its next connection is made ready as far as no session is opened by it. */
export type WarmTarget = Pick<BastionEnd, 'endpoint' | 'tenantId' | 'kind'>;

/** Who is let in beside the tunnel's own audience, because the user said so after a refusal. */
export type Allowance = { readonly kind: 'uid'; readonly uid: number } | { readonly kind: 'anyone' };

/** Options of the whole engine. */
export interface EngineOptions {
  /** Payload of one message at the most. 4096 is what the service is known to take; more only on evidence. */
  readonly messageBytes: number;
}

export const usualOptions: EngineOptions = { messageBytes: 4096 };
