import { ArrowUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useAppState } from '../state/app-store.ts';
import { shortcutText } from '../state/shortcuts.ts';
import { statusText } from '../state/status-text.ts';
import { useUi } from '../state/ui-store.ts';
import { isActive } from '../transfers/transfer-words.ts';

/** The lowest row: what happens now, and the switch of the panel. */
export function StatusLine(): ReactNode {
  const text = useAppState(statusText);
  const platform = useAppState((state) => state.platform);
  const total = useAppState((state) => Object.keys(state.transfers).length);
  const active = useAppState((state) => Object.values(state.transfers).filter(isActive).length);
  const isSignedIn = useAppState((state) => state.account.kind === 'signed-in');
  const isOpen = useUi((ui) => ui.isPanelOpen);
  return (
    <footer className="status-line small">
      <output aria-label="Status" className="status-text">
        {text}
      </output>
      {isSignedIn && (
        <button
          type="button"
          className="status-button"
          aria-expanded={isOpen}
          title={`Transfers (${shortcutText('toggle-panel', platform)})`}
          onClick={() => useUi.setState({ isPanelOpen: !isOpen })}
        >
          <ArrowUpDown className="icon" aria-hidden />
          Transfers{active > 0 ? ` (${String(active)} running)` : total > 0 ? ` (${String(total)})` : ''}
        </button>
      )}
    </footer>
  );
}
