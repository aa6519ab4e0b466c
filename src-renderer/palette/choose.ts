import { runCommand } from '../commands.ts';
import { activateTab, connectFirst, connectProfile, openVm } from '../state/actions.ts';
import { useUi } from '../state/ui-store.ts';
import type { PaletteItem } from './results.ts';

/** Closes the palette, then does something: the palette gives the focus back first, and the action may move it on. */
export function closeAnd(action: () => void): void {
  useUi.setState({ isPaletteOpen: false });
  setTimeout(action, 0);
}

/** Opens a machine's page, or connects to it. */
export function openMachine(vmId: string, mustConnect: boolean): void {
  closeAnd(() => {
    if (mustConnect) void connectFirst(vmId);
    else openVm(vmId);
  });
}

/** What choosing a line does. A machine that must be looked up first is the palette's own work. */
export function choose(item: Exclude<PaletteItem, { kind: 'look-up' }>, mustConnect: boolean): void {
  switch (item.kind) {
    case 'machine':
      openMachine(item.vm.id, mustConnect);
      return;
    case 'profile':
      closeAnd(() => void connectProfile(item.profile.id));
      return;
    case 'tab':
      closeAnd(() => activateTab(item.tabId));
      return;
    case 'command':
      closeAnd(() => runCommand(item.command));
  }
}
