import { contextBridge } from 'electron';
import { makeCalls, makeEvents } from './preload-bridge.ts';

declare const __TRUST_CHANNELS__: readonly string[];
declare const __TRUST_EVENTS__: readonly string[];

contextBridge.exposeInMainWorld('bridge', {
  calls: makeCalls(__TRUST_CHANNELS__),
  events: makeEvents(__TRUST_EVENTS__),
});
