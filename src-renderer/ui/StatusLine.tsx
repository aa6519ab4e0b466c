import { ArrowUpDown, Cable, ScrollText } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { togglePanel } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { statusText } from '../state/status-text.ts';
import { type PanelTab, panelTabs, useUi } from '../state/ui-store.ts';
import { isActive } from '../transfers/transfer-words.ts';
import { panelCount, panelNames } from './panel-words.ts';

const icons: Readonly<Record<PanelTab, LucideIcon>> = {
  transfers: ArrowUpDown,
  tunnels: Cable,
  activity: ScrollText,
};

/** Shows one part of the panel, or hides it. */
function PanelSwitch({ tab }: { readonly tab: PanelTab }): ReactNode {
  const shortcut = useShortcut('toggle-panel');
  const total = useAppState((state) => panelCount(state, tab));
  const active = useAppState((state) =>
    tab === 'transfers' ? Object.values(state.transfers).filter(isActive).length : 0,
  );
  const isShown = useUi((ui) => ui.isPanelOpen && ui.panelTab === tab);
  const Icon = icons[tab];
  const count = active > 0 ? ` (${String(active)} running)` : total > 0 ? ` (${String(total)})` : '';
  return (
    <button
      type="button"
      className="status-button"
      aria-expanded={isShown}
      title={`${panelNames[tab]} (${shortcut})`}
      onClick={() => togglePanel(tab)}
    >
      <Icon className="icon" aria-hidden />
      {panelNames[tab]}
      {count}
    </button>
  );
}

/** The lowest row: what happens now, and the switches of the panel. */
export function StatusLine(): ReactNode {
  const text = useAppState(statusText);
  const isSignedIn = useAppState((state) => state.account.kind === 'signed-in');
  return (
    <footer className="status-line small">
      <output aria-label="Status" className="status-text">
        {text}
      </output>
      {isSignedIn && (
        <span className="status-switches">
          {panelTabs.map((tab) => (
            <PanelSwitch key={tab} tab={tab} />
          ))}
        </span>
      )}
    </footer>
  );
}
