import type { AppState } from '../../shared/state.ts';
import type { PanelTab } from '../state/ui-store.ts';

/** The names of the panel's tabs. */
export const panelNames: Readonly<Record<PanelTab, string>> = {
  transfers: 'Transfers',
  tunnels: 'Tunnels',
  activity: 'Activity',
};

/** The number beside a tab's name: how many there are to look at. Entries of the activity only grow, so they are not counted. */
export function panelCount(state: AppState, tab: PanelTab): number {
  switch (tab) {
    case 'transfers':
      return Object.keys(state.transfers).length;
    case 'tunnels':
      return Object.keys(state.tunnels).length;
    case 'activity':
      return 0;
  }
}
