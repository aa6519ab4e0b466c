import type { Command } from '../shared/shortcuts.ts';
import { openHostsDialog } from './hosts/HostsDialog.tsx';
import { focusFilter } from './inventory/FilterBox.tsx';
import {
  dismissActiveTab,
  loadVm,
  openPalette,
  openSettings,
  refreshInventory,
  stepTab,
} from './state/actions.ts';
import { currentState } from './state/app-store.ts';
import { machineOnScreen, toggleFavourite } from './state/favourites.ts';
import { commandOf } from './state/shortcuts.ts';
import { useUi } from './state/ui-store.ts';
import { toggleSidebar } from './ui/sidebar-mode.ts';

/** Does what a command says, whether a key or the palette gave it. */
export function runCommand(command: Command): void {
  switch (command) {
    case 'palette':
    case 'new-tab':
      openPalette();
      return;
    case 'filter':
      focusFilter();
      return;
    case 'close-tab':
      dismissActiveTab();
      return;
    case 'next-tab':
      stepTab(1);
      return;
    case 'previous-tab':
      stepTab(-1);
      return;
    case 'toggle-panel':
      useUi.setState((ui) => ({ isPanelOpen: !ui.isPanelOpen }));
      return;
    case 'toggle-sidebar':
      toggleSidebar();
      return;
    case 'toggle-favourite': {
      const vmId = machineOnScreen();
      if (vmId !== null) void toggleFavourite(vmId);
      return;
    }
    case 'add-hosts':
      openHostsDialog();
      return;
    case 'settings':
      openSettings();
      return;
    case 'refresh':
      refreshInventory();
      return;
    case 'run-checks': {
      const ui = useUi.getState();
      const tab = ui.tabs.find((open) => open.kind === 'vm');
      if (tab !== undefined && ui.activeId === 'vm') loadVm(tab.vmId, true);
    }
  }
}

function onKeyDown(event: KeyboardEvent): void {
  const state = currentState();
  if (state === null) return;
  const isInTerminal = event.target instanceof Element && event.target.closest('.terminal-pane') !== null;
  const command = commandOf(event, state.platform, isInTerminal, state.preferences.shortcuts);
  // Before the sign-in there is nothing but the settings.
  if (command === null || (state.account.kind !== 'signed-in' && command !== 'settings')) return;
  // A dialog keeps the keys of the window behind it away.
  if (document.querySelector('.modal-shade') !== null) return;
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat || command === 'next-tab' || command === 'previous-tab') runCommand(command);
}

/** A file dropped beside a session must not make the window go to it. */
function refuseDrop(event: DragEvent): void {
  event.preventDefault();
  if (event.type === 'dragover' && event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none';
}

/** Listens to the keys and drops of the whole window. Returns the function that ends it. */
export function connectCommands(): () => void {
  // In the capture phase: before a terminal turns a key into bytes.
  window.addEventListener('keydown', onKeyDown, { capture: true });
  window.addEventListener('dragover', refuseDrop);
  window.addEventListener('drop', refuseDrop);
  return () => {
    window.removeEventListener('keydown', onKeyDown, { capture: true });
    window.removeEventListener('dragover', refuseDrop);
    window.removeEventListener('drop', refuseDrop);
  };
}
