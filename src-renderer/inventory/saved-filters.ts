import type { SavedFilter } from '../../shared/preferences.ts';
import { offerUndo, run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';

/** The saved filter that says what is typed; null if none does. */
export function savedFilterOf(filters: readonly SavedFilter[], text: string): SavedFilter | null {
  return filters.find((filter) => filter.text === text.trim()) ?? null;
}

/** Keeps a filter under a name. */
export function saveFilter(filter: SavedFilter): Promise<boolean> {
  return run(bridge().calls['preferences:save-filter'](filter));
}

/** Forgets a filter, and offers to undo that. */
export async function deleteFilter(filter: SavedFilter): Promise<void> {
  if (await run(bridge().calls['preferences:delete-filter']({ name: filter.name })))
    offerUndo(`The filter “${filter.name}” was removed.`, () => void saveFilter(filter));
}
