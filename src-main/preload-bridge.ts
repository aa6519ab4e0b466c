import { ipcRenderer } from 'electron';

type Listener = (payload: unknown) => void;

/** One function for each channel name; the page can call these and nothing else. */
export function makeCalls(names: readonly string[]): Record<string, (input: unknown) => Promise<unknown>> {
  return Object.fromEntries(names.map((name) => [name, (input: unknown) => ipcRenderer.invoke(name, input)]));
}

/** One subscription function for each event name. Electron's event object never reaches the page. */
export function makeEvents(names: readonly string[]): Record<string, (listener: Listener) => () => void> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      (listener: Listener) => {
        const forward = (_event: unknown, payload: unknown) => listener(payload);
        ipcRenderer.on(name, forward);
        return () => void ipcRenderer.off(name, forward);
      },
    ]),
  );
}
