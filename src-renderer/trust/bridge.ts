import type { TrustBridge } from '../../shared/bridge.ts';

/** The bridge of the trust window: the prompt on screen, and its answer. */
export function trustBridge(): TrustBridge {
  return window.bridge as TrustBridge;
}
