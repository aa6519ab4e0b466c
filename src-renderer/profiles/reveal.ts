import { folderRowId, savedRowId } from '../inventory/saved-rows.ts';
import { useUi } from '../state/ui-store.ts';

/** Makes the tree show what was just saved: a filter or a closed folder would make it look lost. */
export function revealSaved(folder: string): void {
  useUi.setState((ui) => ({
    filter: '',
    expansion: new Map(ui.expansion).set(savedRowId, true).set(folderRowId(folder), true),
  }));
}
