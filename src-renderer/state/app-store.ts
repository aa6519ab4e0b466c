import { create } from 'zustand';
import type { AppError } from '../../shared/errors.ts';
import type { AppState, Patch, Snapshot } from '../../shared/state.ts';
import { bridge } from './bridge.ts';
import { startMirror } from './mirror.ts';

interface MirrorState {
  /** Null until main has answered for the first time. */
  readonly snapshot: Snapshot | null;
  /** Why there is no snapshot, if main refused it. */
  readonly error: AppError | null;
}

/** The mirror of main's state. Only {@link connectMirror} writes it. */
export const useMirror = create<MirrorState>(() => ({ snapshot: null, error: null }));

type PatchListener = (snapshot: Snapshot, patch: Patch | null) => void;
const patchListeners = new Set<PatchListener>();

/**
 * Calls back with every change before components hear of it; null in place of a patch: everything may have changed. For
 * what is derived from collections that are changed in place. Returns the function that ends it.
 */
export function onPatch(listener: PatchListener): () => void {
  patchListeners.add(listener);
  return () => patchListeners.delete(listener);
}

/** Starts to mirror main's state; returns the function that ends it. */
export function connectMirror(): () => void {
  return startMirror(
    {
      load: () => bridge().calls['state:get'](null),
      subscribe: (listener) => bridge().events['state:patch'](listener),
    },
    {
      publish: (snapshot, patch) => {
        for (const listener of patchListeners) listener(snapshot, patch);
        useMirror.setState({ snapshot, error: null });
      },
      fail: (error) => useMirror.setState({ error }),
    },
  );
}

/** Reads a part of main's state in a component below the root, which waits for the first snapshot. */
export function useAppState<T>(selector: (state: AppState) => T): T {
  return useMirror((mirror) => {
    if (mirror.snapshot === null) throw new Error('the state is read before it is there');
    return selector(mirror.snapshot.state);
  });
}

/** The state as it is now, for event handlers; null before the first snapshot. */
export function currentState(): AppState | null {
  return useMirror.getState().snapshot?.state ?? null;
}
