import type { AppError } from '../../shared/errors.ts';

/** How the data plane is reached: the same for every Bastion of a cloud. Plain data: it crosses to the worker. */
export interface DataPlane {
  readonly port: number;
  /** Addresses for host names that DNS does not know. */
  readonly hosts: Readonly<Record<string, string>>;
  /** PEM certificates that replace the built-in list; null: the built-in list. */
  readonly ca: readonly string[] | null;
}

/** Who may use a listener. `single-use`: one connection, then it closes. `same-user`: any number by the same user. */
export type ListenerMode = 'single-use' | 'same-user';

/** One tunnel: a local listener whose connections go to one port of one target through one Bastion. */
export interface TunnelSpec {
  readonly id: string;
  /** The Bastion's `dnsName`, verbatim; host characters only. */
  readonly endpoint: string;
  /** Tenant of the Bastion's subscription: it must issue the token. */
  readonly tenantId: string;
  /** ARM id of the target. */
  readonly resourceId: string;
  readonly remotePort: number;
  readonly mode: ListenerMode;
  /** Loopback address to listen on. */
  readonly localAddress: string;
  /** 0: any free port. A wanted port that is taken falls back to a free one if `localPortFallback`. */
  readonly localPort: number;
  readonly localPortFallback: boolean;
  /** How long the target may stay silent at the start of a connection; null for protocols where the client speaks first. */
  readonly firstByteTimeoutMs: number | null;
}

/** The steps of one connection inside the engine. */
export type ConnectionStep = 'sign-in' | 'token' | 'websocket' | 'banner';

/** What the engine tells about its tunnels. Times in milliseconds, sizes in bytes. */
export type TunnelEvent =
  | {
      readonly kind: 'step';
      readonly tunnelId: string;
      readonly connection: number;
      readonly step: ConnectionStep;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly tunnelId: string;
      readonly connection: number;
      readonly step: ConnectionStep;
      readonly error: AppError;
    }
  | {
      readonly kind: 'closed';
      readonly tunnelId: string;
      readonly connection: number;
      /** Null for an end that somebody here asked for. */
      readonly error: AppError | null;
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  | {
      readonly kind: 'traffic';
      readonly tunnelId: string;
      readonly sentBytes: number;
      readonly receivedBytes: number;
      readonly roundTripMs: number | null;
    }
  /** A local program of another user was turned away. */
  | { readonly kind: 'refused'; readonly tunnelId: string; readonly reason: string };

/** Where a tunnel listens. */
export interface TunnelAddress {
  readonly address: string;
  readonly port: number;
}
