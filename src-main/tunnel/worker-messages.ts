import type { Result } from '../../shared/result.ts';
import type { Proxy } from '../net/proxy.ts';
import type {
  Allowance,
  DataPlane,
  EngineOptions,
  TokenRenewal,
  TunnelAddress,
  TunnelEvent,
  TunnelSpec,
  WarmTarget,
} from './tunnel-types.ts';

/** What the worker is started with. */
export interface WorkerStart {
  readonly dataPlane: DataPlane;
  readonly options: EngineOptions;
}

/** From main to the worker. Every command carries a number; its answer carries the same. */
export type ToWorker =
  | { readonly kind: 'open'; readonly call: number; readonly spec: TunnelSpec }
  | { readonly kind: 'close'; readonly call: number; readonly tunnelId: string }
  | { readonly kind: 'dispose'; readonly call: number }
  | { readonly kind: 'warm-up'; readonly call: number; readonly target: WarmTarget }
  | { readonly kind: 'cool-down' }
  | { readonly kind: 'network-changed'; readonly limitMs: number }
  | { readonly kind: 'allow'; readonly tunnelId: string; readonly who: Allowance }
  | { readonly kind: 'arm-token'; readonly call: number; readonly token: Result<string> }
  | { readonly kind: 'proxies'; readonly call: number; readonly proxies: readonly Proxy[] };

/** From the worker to main. */
export type FromWorker =
  | { readonly kind: 'opened'; readonly call: number; readonly address: Result<TunnelAddress> }
  | { readonly kind: 'done'; readonly call: number }
  | {
      readonly kind: 'need-arm-token';
      readonly call: number;
      readonly tenantId: string;
      readonly renewal: TokenRenewal;
    }
  | { readonly kind: 'need-proxies'; readonly call: number; readonly url: string }
  | { readonly kind: 'event'; readonly event: TunnelEvent }
  | {
      readonly kind: 'log';
      readonly event: string;
      readonly fields: Readonly<Record<string, string | number>>;
    };
