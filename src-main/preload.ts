import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { makeCalls, makeEvents } from './preload-bridge.ts';

declare const __WINDOW_CHANNELS__: readonly string[];
declare const __WINDOW_EVENTS__: readonly string[];
declare const __PRELOAD_CHANNELS__: readonly string[];

const [offer = ''] = __PRELOAD_CHANNELS__;

contextBridge.exposeInMainWorld('bridge', {
  calls: makeCalls(__WINDOW_CHANNELS__),
  events: makeEvents(__WINDOW_EVENTS__),
  // Only real `File` objects have a path, and only a drop or a file dialog makes such objects: a page cannot name one.
  offerFiles: (sessionId: string, files: readonly File[]) =>
    ipcRenderer.invoke(offer, {
      sessionId,
      paths: files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== ''),
    }),
});

// A MessagePort cannot pass the context bridge: it is handed on as a message of the window itself.
ipcRenderer.on('terminal:port', (event, data: { readonly sessionId: string }) => {
  window.postMessage(
    { kind: 'terminal:port', sessionId: data.sessionId },
    window.location.origin,
    event.ports,
  );
});
