import { Plus, RefreshCw, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { openHostsDialog } from '../hosts/HostsDialog.tsx';
import { refreshInventory } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { useUi } from '../state/ui-store.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { formatAgo, formatExact, plural } from '../ui/format.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { useNow } from '../ui/use-now.ts';
import { FilterBox } from './FilterBox.tsx';
import { InventoryTree } from './InventoryTree.tsx';
import { useEstate } from './estate-store.ts';
import { setFilter, useTreeRows } from './tree-state.ts';

const skeletonWidths = [52, 64, 40, 70, 58, 46, 66, 50, 61, 44];

function SkeletonRows(): ReactNode {
  return (
    <output className="tree-skeleton" aria-label="Loading machines">
      {skeletonWidths.map((width, index) => (
        <span
          key={width}
          className="skeleton"
          style={{ width: `${String(width)}%`, marginLeft: index === 0 ? 8 : 24 }}
        />
      ))}
    </output>
  );
}

function SidebarContent(): ReactNode {
  const inventory = useAppState((state) => state.inventory);
  const hasVms = useEstate().vmCount > 0;
  const filter = useUi((ui) => ui.filter);
  const grouping = useAppState((state) => JSON.stringify(state.preferences.groupBy));
  const { rows, matchCount, isFiltered } = useTreeRows();

  if (isFiltered && matchCount === 0) {
    return (
      <div className="empty">
        <SearchX aria-hidden />
        <output>No match for “{filter.trim()}”.</output>
        <p className="small">The filter knows tag:, os:, power:, sub:, rg:, location:, bastion: and ip:.</p>
        <Button kind="link" onPress={() => setFilter('')}>
          Clear the filter
        </Button>
      </div>
    );
  }
  const isEmptyHanded = rows.length === 0;
  if (inventory.state === 'failed' && !hasVms && inventory.error !== null) {
    return (
      <div className="sidebar-message">
        <ErrorBlock error={inventory.error}>
          <Button onPress={refreshInventory}>Try again</Button>
        </ErrorBlock>
      </div>
    );
  }
  if ((inventory.state === 'loading' || inventory.state === 'idle') && isEmptyHanded) return <SkeletonRows />;
  if (isEmptyHanded) {
    return (
      <div className="empty">
        <p>You may read no virtual machines with this account.</p>
        <p className="small">
          The Reader role on a subscription or a resource group makes its machines appear here.
        </p>
        <Button onPress={refreshInventory}>Refresh</Button>
      </div>
    );
  }
  return <InventoryTree rows={rows} question={`${filter}\n${grouping}`} />;
}

function Freshness(): ReactNode {
  const inventory = useAppState((state) => state.inventory);
  const estate = useEstate();
  const count = estate.vmCount + estate.hosts.length;
  const nowMs = useNow(30_000);
  if (inventory.state === 'loading') return <span>Refreshing…</span>;
  if (inventory.refreshedAtMs === null) return <span />;
  const hasFailed = inventory.state === 'failed';
  return (
    <span title={formatExact(inventory.refreshedAtMs)}>
      {plural(count, 'machine')} · {hasFailed ? 'refresh failed, from' : 'refreshed'}{' '}
      {formatAgo(inventory.refreshedAtMs, nowMs)}
    </span>
  );
}

/** The list of everything one can connect to, with its filter. */
export function Sidebar(): ReactNode {
  const isLoading = useAppState((state) => state.inventory.state === 'loading');
  const shortcut = useShortcut('refresh');
  const hostsShortcut = useShortcut('add-hosts');
  return (
    <nav className="sidebar" aria-label="Machines">
      <FilterBox />
      <SidebarContent />
      <div className="sidebar-foot small soft">
        <Freshness />
        <IconButton
          icon={Plus}
          label="Add hosts by address…"
          shortcut={hostsShortcut}
          onPress={openHostsDialog}
        />
        <IconButton
          icon={RefreshCw}
          label="Refresh machines"
          shortcut={shortcut}
          isSpinning={isLoading}
          isDisabled={isLoading}
          onPress={refreshInventory}
        />
      </div>
    </nav>
  );
}
