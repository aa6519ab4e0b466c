import type { WindowBridge } from '../../shared/bridge.ts';

/** The bridge of the big window: everything this page may ask of the main process. */
export function bridge(): WindowBridge {
  return window.bridge as WindowBridge;
}
