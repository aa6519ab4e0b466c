import type { TrustBridge, WindowBridge } from '../shared/bridge.ts';

declare global {
  interface Window {
    /** Put there by the preload: the big window's bridge or the trust window's, by page. */
    readonly bridge: WindowBridge | TrustBridge;
  }
}
