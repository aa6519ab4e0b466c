import { lastPart } from '../ui/format.ts';
import { offerUndo, run } from './actions.ts';
import { currentState } from './app-store.ts';
import { bridge } from './bridge.ts';
import { tabId } from './tabs.ts';
import { useUi } from './ui-store.ts';

function setFavourite(vmId: string, isFavourite: boolean): Promise<boolean> {
  return run(bridge().calls['preferences:set-favourite']({ vmId, isFavourite }));
}

/** True if the machine is among the favourites. */
export function isFavourite(vmId: string): boolean {
  return currentState()?.preferences.favourites.includes(vmId) === true;
}

/** Makes a machine a favourite, or takes it away and offers to undo that. */
export async function toggleFavourite(vmId: string): Promise<void> {
  if (!isFavourite(vmId)) {
    await setFavourite(vmId, true);
    return;
  }
  const name = currentState()?.vms[vmId]?.name ?? lastPart(vmId);
  if (await setFavourite(vmId, false))
    offerUndo(`${name} is no longer a favourite.`, () => void setFavourite(vmId, true));
}

/** The machine that the tab on screen is about; null if there is none. */
export function machineOnScreen(): string | null {
  const ui = useUi.getState();
  const tab = ui.tabs.find((open) => tabId(open) === ui.activeId);
  if (tab === undefined) return null;
  return tab.kind === 'vm' ? tab.vmId : (currentState()?.sessions[tab.sessionId]?.vmId ?? null);
}
