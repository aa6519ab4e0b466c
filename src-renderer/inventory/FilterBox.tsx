import { Search, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useShortcut } from '../state/shortcuts.ts';
import { useUi } from '../state/ui-store.ts';
import { showSidebar } from '../ui/sidebar-mode.ts';
import { FilterMenu, GroupMenu } from './ListMenus.tsx';
import { SaveFilterButton } from './SaveFilterButton.tsx';
import { setFilter } from './tree-state.ts';

const filterBoxId = 'filter-box';

/** Puts the cursor into the filter box, opening the sidebar if it is closed. */
export function focusFilter(): void {
  showSidebar();
  requestAnimationFrame(() => {
    const box = document.getElementById(filterBoxId);
    if (box instanceof HTMLInputElement) {
      box.focus();
      box.select();
    }
  });
}

function focusTree(): void {
  document.querySelector<HTMLElement>('[role="treegrid"] [tabindex="0"]')?.focus();
}

/** Narrows the tree as one types. Escape clears it, Down goes to the tree. */
export function FilterBox(): ReactNode {
  const filter = useUi((ui) => ui.filter);
  const shortcut = useShortcut('filter');
  return (
    <div className="filter-row">
      <div className={filter === '' ? 'filter-box' : 'filter-box filter-box-full'}>
        <Search className="icon soft" aria-hidden />
        <input
          id={filterBoxId}
          className="input"
          type="text"
          role="searchbox"
          aria-label="Filter machines"
          placeholder={`Filter (${shortcut})`}
          title="Words, or tag:env=prod, os:linux, power:running, sub:…, rg:…, location:…, bastion:…, ip:…"
          value={filter}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              // A second Escape puts the drawer of a small window away.
              if (filter === '') useUi.setState({ isDrawerOpen: false });
              setFilter('');
              event.preventDefault();
            } else if (event.key === 'ArrowDown') {
              focusTree();
              event.preventDefault();
            }
          }}
        />
        {/* Always there, so that the first letter draws no button. */}
        <span hidden={filter.trim() === ''}>
          <SaveFilterButton filter={filter} />
        </span>
        <span hidden={filter === ''}>
          <button
            type="button"
            className="icon-button"
            aria-label="Clear filter"
            onClick={() => setFilter('')}
          >
            <X className="icon" aria-hidden />
          </button>
        </span>
      </div>
      <FilterMenu />
      <GroupMenu />
    </div>
  );
}
