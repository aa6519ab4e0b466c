import type { AppState } from '../../shared/state.ts';
import type { PanelTab } from '../state/ui-store.ts';

/** The names of the panel's tabs. */
export const panelNames: Readonly<Record<PanelTab, string>> = {
  transfers: 'Transfers',
  tunnels: 'Tunnels',
};

/** The number beside a tab's name: what can be looked at there. */
export function panelCount(state: AppState, tab: PanelTab): number {
  switch (tab) {
    case 'transfers':
      return Object.keys(state.transfers).length;
    case 'tunnels':
      return Object.keys(state.tunnels).length;
  }
}
