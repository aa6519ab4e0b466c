// A table lays its rows out itself; these are placed by the virtualiser, so roles stand in for the tags.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useCallback, useEffect, useRef } from 'react';
import { useUi } from '../state/ui-store.ts';
import { openContextMenu, openContextMenuAt } from '../ui/context-menu-store.ts';
import { connectRow, openRow, rowMenu } from './row-actions.ts';
import { moveInTree } from './tree-keys.ts';
import type { TreeRow } from './tree-row.ts';
import { setExpanded } from './tree-state.ts';
import { TreeRowView } from './TreeRowView.tsx';
import { useReportView } from './use-report-view.ts';
import { useScrollAnchor } from './use-scroll-anchor.ts';

const rowHeight = 28;

/** True if the press came from a button inside a row, which handles its own keys. */
function isFromButton(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('button') !== null;
}

/** The row with the focus; if it is gone, the one that took its place. */
function useFocusedIndex(rows: readonly TreeRow[]): number {
  const focused = useUi((ui) => ui.focusedRow);
  const found = rows.findIndex((row) => row.id === focused?.id);
  return found >= 0 ? found : Math.max(0, Math.min(focused?.index ?? 0, rows.length - 1));
}

function rememberFocus(row: TreeRow, index: number): void {
  const { focusedRow } = useUi.getState();
  if (focusedRow?.id !== row.id || focusedRow.index !== index)
    useUi.setState({ focusedRow: { id: row.id, index } });
}

interface InventoryTreeProps {
  readonly rows: readonly TreeRow[];
  /** What the user asked to see: when it changes, the tree is read from its top. */
  readonly question: string;
}

/** The tree of saved connections and machines: a treegrid of which only the rows in view are drawn. */
export function InventoryTree({ rows, question }: InventoryTreeProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const selectedVmId = useUi((ui) => ui.tabs.find((tab) => tab.kind === 'vm')?.vmId ?? null);
  const focusedIndex = useFocusedIndex(rows);
  const mustFocus = useRef(false);
  const onScroll = useScrollAnchor(scroller, rows, rowHeight, question);

  // Its functions are not memoised by anybody here.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // The row with the focus is always drawn: scrolling it away must not lose the focus.
    rangeExtractor: useCallback(
      (range: Range) => {
        const visible = defaultRangeExtractor(range);
        if (focusedIndex >= range.count || visible.includes(focusedIndex)) return visible;
        return [...visible, focusedIndex].sort((a, b) => a - b);
      },
      [focusedIndex],
    ),
  });

  const items = virtualizer.getVirtualItems();
  useReportView(
    items.flatMap(({ index }) => {
      const row = rows[index];
      return row?.kind === 'vm' ? [row.vm.id] : [];
    }),
  );

  useEffect(() => {
    if (!mustFocus.current) return;
    mustFocus.current = false;
    virtualizer.scrollToIndex(focusedIndex, { align: 'auto' });
    scroller.current?.querySelector<HTMLElement>(`[data-row-index="${String(focusedIndex)}"]`)?.focus();
  });

  const focusRow = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    mustFocus.current = true;
    rememberFocus(row, index);
    virtualizer.scrollToIndex(index, { align: 'auto' });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[focusedIndex];
    if (row === undefined || isFromButton(event)) return;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const menu = rowMenu(row);
      if (menu === null) return;
      event.preventDefault();
      openContextMenuAt(menu.label, event.target as Element, menu.items);
      return;
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) connectRow(row);
      else openRow(row);
      return;
    }
    if (event.key === ' ') {
      event.preventDefault();
      openRow(row);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const pageSize = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const move = moveInTree(rows, focusedIndex, event.key, pageSize);
    if (move === null) return;
    event.preventDefault();
    if (move.kind === 'toggle') {
      mustFocus.current = true;
      rememberFocus(row, focusedIndex);
      setExpanded(move.id, move.isExpanded);
    } else {
      focusRow(move.index);
    }
  };

  const onContextMenu = (event: MouseEvent, index: number, row: TreeRow) => {
    event.preventDefault();
    // The menu key reaches the keyboard handler, which opens the menu at the row.
    if (event.button !== 2) return;
    const menu = rowMenu(row);
    focusRow(index);
    if (menu !== null) openContextMenu(menu.label, event.clientX, event.clientY, menu.items);
  };

  return (
    <div className="tree-scroller" ref={scroller} onScroll={onScroll}>
      {/* The rows have the focus, one at a time; the grid itself never has. */}
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus */}
      <div
        role="treegrid"
        aria-label="Machines and saved connections"
        aria-rowcount={rows.length}
        className="tree"
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const isSelected = row.kind === 'vm' && row.vm.id === selectedVmId;
          return (
            // Keys are handled by the grid.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              // Not the virtualizer's key: its cache can lag behind the rows, and two rows with one key leave ghosts.
              key={row.id}
              role="row"
              aria-rowindex={item.index + 1}
              aria-level={row.level}
              aria-posinset={row.position}
              aria-setsize={row.setSize}
              {...(row.isExpanded === null ? {} : { 'aria-expanded': row.isExpanded })}
              aria-selected={isSelected}
              tabIndex={item.index === focusedIndex ? 0 : -1}
              data-row-index={item.index}
              data-row-kind={row.kind}
              className={`tree-row tree-row-${row.kind}`}
              style={{ transform: `translateY(${String(item.start)}px)` }}
              onFocus={() => rememberFocus(row, item.index)}
              onClick={() => {
                focusRow(item.index);
                if (row.kind !== 'profile') openRow(row);
              }}
              onDoubleClick={() => connectRow(row)}
              onContextMenu={(event) => onContextMenu(event, item.index, row)}
            >
              <TreeRowView row={row} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
