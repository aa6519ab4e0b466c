// A table lays its rows out itself; these stand at places of their own, so roles stand in for the tags.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type SyntheticEvent,
  useEffect,
  useLayoutEffect,
  useRef,
} from 'react';
import { useAppState } from '../state/app-store.ts';
import { useUi } from '../state/ui-store.ts';
import { openContextMenu, openContextMenuAt } from '../ui/context-menu-store.ts';
import { useEstateVersion } from './estate-store.ts';
import { bastionsOf } from './filter.ts';
import { connectRow, openRow, rowMenu } from './row-actions.ts';
import { drawnIndexes, scrollTopToShow } from './row-window.ts';
import { moveInTree } from './tree-keys.ts';
import type { TreeRow } from './tree-row.ts';
import { setExpanded } from './tree-state.ts';
import { TreeRowView } from './TreeRowView.tsx';
import { useReportView } from './use-report-view.ts';
import { useRowWindow } from './use-row-window.ts';
import { useScrollAnchor } from './use-scroll-anchor.ts';

const rowHeight = 28;

/** True if the press came from a button inside a row, which handles its own keys. */
function isFromButton(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('button') !== null;
}

/** The row that an event happened in: one listener serves all rows. */
function hitOf(
  rows: readonly TreeRow[],
  event: SyntheticEvent,
): { readonly row: TreeRow; readonly index: number } | null {
  const element = event.target instanceof Element ? event.target.closest('[data-row-index]') : null;
  const index = Number(element?.getAttribute('data-row-index') ?? Number.NaN);
  const row = rows[index];
  return row === undefined ? null : { row, index };
}

function rowElement(tree: HTMLElement | null, index: number): HTMLElement | null {
  return tree?.querySelector(`[data-row-index="${String(index)}"]`) ?? null;
}

/** The row with the focus; if it is gone, the one that took its place. */
function useFocusedIndex(rows: readonly TreeRow[]): number {
  const focused = useUi((ui) => ui.focusedRow);
  const kept = focused !== null && rows[focused.index]?.id === focused.id ? focused.index : -1;
  const found = kept >= 0 ? kept : rows.findIndex((row) => row.id === focused?.id);
  return found >= 0 ? found : Math.max(0, Math.min(focused?.index ?? 0, rows.length - 1));
}

function rememberFocus(row: TreeRow, index: number): void {
  const { focusedRow } = useUi.getState();
  if (focusedRow?.id !== row.id || focusedRow.index !== index)
    useUi.setState({ focusedRow: { id: row.id, index } });
}

/** The machine that a row is about. */
function machineIdOf(row: TreeRow): string | null {
  if (row.kind === 'vm') return row.vm.id;
  return row.kind === 'profile' ? (row.vm?.id ?? null) : null;
}

interface InventoryTreeProps {
  readonly rows: readonly TreeRow[];
  /** What the user asked to see: when it changes, the tree is read from its top. */
  readonly question: string;
}

/** The tree of saved connections and machines: a treegrid of which only the rows in view are drawn. */
export function InventoryTree({ rows, question }: InventoryTreeProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const mustFocus = useRef(false);
  const selectedVmId = useUi((ui) => ui.tabs.find((tab) => tab.kind === 'vm')?.vmId ?? null);
  const deletingId = useUi((ui) => ui.deletingProfileId);
  const vms = useAppState((state) => state.vms);
  const reach = useAppState((state) => state.reach);
  // Machines change in place: the version says that the rows in view may look different.
  useEstateVersion((version) => version.content);
  const focusedIndex = useFocusedIndex(rows);
  const { window: inView, onScroll: lookAgain } = useRowWindow(scroller, rows.length, rowHeight);
  const holdPlace = useScrollAnchor(scroller, rows, rowHeight, question);
  const indexes = drawnIndexes(inView, focusedIndex, rows.length);
  useReportView(
    indexes.flatMap((index) => {
      const row = rows[index];
      return row?.kind === 'vm' ? [row.vm.id] : [];
    }),
  );

  const show = (index: number) => {
    const element = scroller.current;
    if (element === null) return;
    const top = scrollTopToShow(index, rowHeight, element.scrollTop, element.clientHeight);
    if (top !== null) element.scrollTo({ top });
  };

  // A row that moves is drawn by another element: the focus goes with the row.
  useLayoutEffect(() => {
    const active = document.activeElement;
    const at = active?.getAttribute('data-row-index') ?? null;
    if (at === null || Number(at) === focusedIndex || scroller.current?.contains(active) !== true) return;
    rowElement(scroller.current, focusedIndex)?.focus({ preventScroll: true });
  });

  useEffect(() => {
    if (!mustFocus.current) return;
    mustFocus.current = false;
    show(focusedIndex);
    rowElement(scroller.current, focusedIndex)?.focus();
  });

  const focusRow = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    mustFocus.current = true;
    rememberFocus(row, index);
    // The row may have been the one with the focus already: then nothing is drawn anew.
    show(index);
    rowElement(scroller.current, index)?.focus();
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

  const onFocus = (event: SyntheticEvent) => {
    const hit = hitOf(rows, event);
    if (hit !== null) rememberFocus(hit.row, hit.index);
  };

  const onClick = (event: MouseEvent) => {
    const hit = hitOf(rows, event);
    if (hit === null) return;
    focusRow(hit.index);
    if (hit.row.kind !== 'profile') openRow(hit.row);
  };

  const onDoubleClick = (event: MouseEvent) => {
    const hit = hitOf(rows, event);
    if (hit !== null) connectRow(hit.row);
  };

  const onContextMenu = (event: MouseEvent) => {
    const hit = hitOf(rows, event);
    if (hit === null) return;
    event.preventDefault();
    // The menu key reaches the keyboard handler, which opens the menu at the row.
    if (event.button !== 2) return;
    const menu = rowMenu(hit.row);
    focusRow(hit.index);
    if (menu !== null) openContextMenu(menu.label, event.clientX, event.clientY, menu.items);
  };

  return (
    <div
      className="tree-scroller"
      ref={scroller}
      onScroll={() => {
        holdPlace();
        lookAgain();
      }}
    >
      {/* The rows have the focus, one at a time; the grid itself never has. */}
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus */}
      <div
        role="treegrid"
        aria-label="Machines and saved connections"
        aria-rowcount={rows.length}
        className="tree"
        style={{ height: rows.length * rowHeight }}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onContextMenu={onContextMenu}
      >
        {indexes.map((index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const machineId = machineIdOf(row);
          const machine = machineId === null ? null : (vms[machineId] ?? null);
          return (
            <div
              // By place: while one types, thirty rows get other words and none is made anew.
              key={index}
              role="row"
              aria-rowindex={index + 1}
              aria-level={row.level}
              aria-posinset={row.position}
              aria-setsize={row.setSize}
              {...(row.isExpanded === null ? {} : { 'aria-expanded': row.isExpanded })}
              aria-selected={row.kind === 'vm' && machineId === selectedVmId}
              tabIndex={index === focusedIndex ? 0 : -1}
              data-row-index={index}
              data-row-kind={row.kind}
              className={`tree-row tree-row-${row.kind}`}
              style={{ top: index * rowHeight }}
            >
              <TreeRowView
                row={row}
                machine={machine}
                isUnreached={machine !== null && bastionsOf(machine, reach)?.length === 0}
                isDeleting={row.kind === 'profile' && deletingId === row.profile.id}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}
