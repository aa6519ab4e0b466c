import type { StateStore } from '../state/state-store.ts';

/** Calls back with the machine of every session that is new. Returns the function that ends it. */
export function followSessions(state: StateStore, onConnect: (vmId: string) => void): () => void {
  const known = new Set(Object.keys(state.current.sessions));
  return state.subscribe((patch) => {
    for (const id of patch.removals.sessions ?? []) known.delete(id);
    for (const [id, session] of Object.entries(patch.upserts.sessions ?? {})) {
      if (known.has(id)) continue;
      known.add(id);
      onConnect(session.vmId);
    }
  });
}
