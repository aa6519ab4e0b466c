import type { Result } from '../../shared/result.ts';
import type { DataPlane, TunnelAddress, TunnelEvent, TunnelSpec } from './tunnel-types.ts';

/** What the worker is started with. */
export interface WorkerStart {
  readonly dataPlane: DataPlane;
}

/** From main to the worker. Every command carries a number; its answer carries the same. */
export type ToWorker =
  | { readonly kind: 'open'; readonly call: number; readonly spec: TunnelSpec }
  | { readonly kind: 'close'; readonly call: number; readonly tunnelId: string }
  | { readonly kind: 'dispose'; readonly call: number }
  | { readonly kind: 'arm-token'; readonly call: number; readonly token: Result<string> };

/** From the worker to main. */
export type FromWorker =
  | { readonly kind: 'opened'; readonly call: number; readonly address: Result<TunnelAddress> }
  | { readonly kind: 'done'; readonly call: number }
  | {
      readonly kind: 'need-arm-token';
      readonly call: number;
      readonly tenantId: string;
      readonly isForced: boolean;
    }
  | { readonly kind: 'event'; readonly event: TunnelEvent }
  | {
      readonly kind: 'log';
      readonly event: string;
      readonly fields: Readonly<Record<string, string | number>>;
    };
