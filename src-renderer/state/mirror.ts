import type { AppError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import { applyPatch, type Patch, type Snapshot } from '../../shared/state.ts';

/** What a mirror needs: how to ask for the whole state, and how to hear of changes. */
export interface MirrorSource {
  readonly load: () => Promise<Result<Snapshot>>;
  readonly subscribe: (listener: (patch: Patch) => void) => () => void;
}

/** Whom a mirror tells. */
export interface MirrorSink {
  /** `patch`: what has changed since the last one; null: everything may have. */
  readonly publish: (snapshot: Snapshot, patch: Patch | null) => void;
  readonly fail: (error: AppError) => void;
}

/** Applies what can be applied of patches that came in while a snapshot was on its way; null on a gap. */
export function catchUp(snapshot: Snapshot, patches: readonly Patch[]): Snapshot | null {
  let current = snapshot;
  for (const patch of patches) {
    if (patch.sequence <= current.sequence) continue;
    const next = applyPatch(current, patch);
    if (next === null) return null;
    current = next;
  }
  return current;
}

/**
 * Keeps a copy of the state that main owns: one snapshot, then numbered patches, and a new snapshot after a gap.
 * It subscribes before it asks, so that nothing is lost between the two. Returns the function that ends it.
 */
export function startMirror(source: MirrorSource, sink: MirrorSink): () => void {
  let current: Snapshot | null = null;
  let waiting: Patch[] = [];
  let isLoading = false;
  let isStopped = false;

  async function load(): Promise<void> {
    if (isLoading) return;
    isLoading = true;
    current = null;
    while (current === null) {
      const result = await source.load();
      if (isStopped) return;
      if (!result.ok) {
        sink.fail(result.error);
        break;
      }
      current = catchUp(result.value, waiting);
      // A gap among the waiting patches: what is newer than this snapshot has to come from a newer one.
      waiting = [];
    }
    isLoading = false;
    if (current !== null) sink.publish(current, null);
  }

  const unsubscribe = source.subscribe((patch) => {
    if (isStopped) return;
    if (isLoading || current === null) {
      waiting.push(patch);
      if (!isLoading) void load();
      return;
    }
    if (patch.sequence <= current.sequence) return;
    const next = applyPatch(current, patch);
    if (next === null) {
      waiting = [patch];
      void load();
      return;
    }
    current = next;
    sink.publish(next, patch);
  });

  void load();
  return () => {
    isStopped = true;
    unsubscribe();
  };
}
