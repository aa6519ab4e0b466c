import { useMemo } from 'react';
import { allMachines, useEstateVersion } from '../inventory/estate-store.ts';
import { sessionTitle } from '../session/session-words.ts';
import { useAppState } from '../state/app-store.ts';
import { commandName, commands } from '../state/shortcuts.ts';
import { tabId } from '../state/tabs.ts';
import { useUi } from '../state/ui-store.ts';
import { lastPart } from '../ui/format.ts';
import type { PaletteSource } from './results.ts';

/** The palette itself is no command to choose in it. */
const listed = commands.filter((command) => command !== 'palette' && command !== 'new-tab');

/** Everything that the palette searches, as it is now. */
export function usePaletteSource(): PaletteSource {
  const vms = useAppState((state) => state.vms);
  const reach = useAppState((state) => state.reach);
  const subscriptions = useAppState((state) => state.inventory.subscriptions);
  const preferences = useAppState((state) => state.preferences);
  const profiles = useAppState((state) => state.profiles);
  const sessions = useAppState((state) => state.sessions);
  const openTabs = useUi((ui) => ui.tabs);
  const version = useEstateVersion((each) => each.content);
  return useMemo(
    () => ({
      vms,
      machines: allMachines,
      reach,
      subscriptionNames: new Map(subscriptions.map(({ id, name }) => [id, name])),
      recents: preferences.recents,
      favourites: preferences.favourites,
      profiles,
      tabs: openTabs.map((tab) => {
        if (tab.kind === 'vm') return { id: tabId(tab), title: vms[tab.vmId]?.name ?? lastPart(tab.vmId) };
        const session = sessions[tab.sessionId];
        return { id: tabId(tab), title: session === undefined ? 'session' : sessionTitle(session) };
      }),
      commands: listed.map((command) => ({ command, name: commandName(command) })),
    }),
    // The version stands for the machines, which change in place.
    // oxlint-disable-next-line react/exhaustive-deps
    [vms, reach, subscriptions, preferences, profiles, sessions, openTabs, version],
  );
}
