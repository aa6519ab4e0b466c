import { useMemo } from 'react';
import type { InventoryStatus } from '../../shared/inventory.ts';
import type { AppState } from '../../shared/state.ts';
import { useAppState } from '../state/app-store.ts';
import { useUi } from '../state/ui-store.ts';
import { buildEstate, type Estate } from './estate.ts';
import { parseFilter } from './filter.ts';
import type { TreeRows } from './tree-row.ts';
import { buildTreeRows } from './tree-rows.ts';

let lastEstate: {
  readonly vms: AppState['vms'];
  readonly status: InventoryStatus;
  readonly estate: Estate;
} | null = null;

function estateOf(vms: AppState['vms'], status: InventoryStatus): Estate {
  if (lastEstate?.vms !== vms || lastEstate.status !== status) {
    lastEstate = { vms, status, estate: buildEstate(vms, status) };
  }
  return lastEstate.estate;
}

/** The estate as a tree; built once for each state, however many components ask. */
export function useEstate(): Estate {
  const vms = useAppState((state) => state.vms);
  const status = useAppState((state) => state.inventory);
  return estateOf(vms, status);
}

/** The rows of the tree for what main reports and what is typed in the filter box. */
export function useTreeRows(): TreeRows & { readonly isFiltered: boolean } {
  const vms = useAppState((state) => state.vms);
  const status = useAppState((state) => state.inventory);
  const profiles = useAppState((state) => state.profiles);
  const filter = useUi((ui) => ui.filter);
  const expansion = useUi((ui) => ui.expansion);
  const filterExpansion = useUi((ui) => ui.filterExpansion);
  const estate = useEstate();
  const terms = useMemo(() => parseFilter(filter), [filter]);
  const isFiltered = terms.length > 0;
  const tree = useMemo(
    () =>
      buildTreeRows({
        estate,
        status,
        vms,
        profiles,
        terms,
        expansion: isFiltered ? filterExpansion : expansion,
      }),
    [estate, status, vms, profiles, terms, isFiltered, expansion, filterExpansion],
  );
  return { ...tree, isFiltered };
}

/** Opens or closes a row. While a filter is typed, this is remembered apart and forgotten with the filter. */
export function setExpanded(id: string, isExpanded: boolean): void {
  useUi.setState((ui) =>
    parseFilter(ui.filter).length > 0
      ? { filterExpansion: new Map(ui.filterExpansion).set(id, isExpanded) }
      : { expansion: new Map(ui.expansion).set(id, isExpanded) },
  );
}

/** Takes what was typed in the filter box. */
export function setFilter(filter: string): void {
  useUi.setState({ filter, filterExpansion: new Map() });
}
