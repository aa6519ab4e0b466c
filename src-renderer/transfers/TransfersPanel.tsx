import { ChevronDown } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useAppState } from '../state/app-store.ts';
import { shortcutText } from '../state/shortcuts.ts';
import { useUi } from '../state/ui-store.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { TransferCard } from './TransferCard.tsx';

/** The panel at the bottom: all uploads, the latest first. */
export function TransfersPanel(): ReactNode {
  const transfers = useAppState((state) => state.transfers);
  const platform = useAppState((state) => state.platform);
  const latestFirst = useMemo(() => Object.values(transfers).toReversed(), [transfers]);
  return (
    <section className="panel" aria-label="Transfers">
      <div className="panel-head">
        <h2>Transfers</h2>
        <span className="section-gap" />
        <IconButton
          icon={ChevronDown}
          label="Hide panel"
          shortcut={shortcutText('toggle-panel', platform)}
          onPress={() => useUi.setState({ isPanelOpen: false })}
        />
      </div>
      {latestFirst.length === 0 ? (
        <p className="panel-empty soft">No transfers. Drop files on an SSH session to upload them.</p>
      ) : (
        <ul className="transfers">
          {latestFirst.map((transfer) => (
            <TransferCard key={transfer.id} transfer={transfer} />
          ))}
        </ul>
      )}
    </section>
  );
}
