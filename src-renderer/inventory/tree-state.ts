import { useMemo } from 'react';
import { useAppState } from '../state/app-store.ts';
import { useUi } from '../state/ui-store.ts';
import { sortedMachines, useEstate, useEstateVersion } from './estate-store.ts';
import { parseFilter } from './filter.ts';
import type { TreeRows } from './tree-row.ts';
import { buildTreeRows } from './tree-rows.ts';

/** The rows of the tree for the state and the filter as they are. */
export function useTreeRows(): TreeRows & { readonly isFiltered: boolean } {
  const vms = useAppState((state) => state.vms);
  const reach = useAppState((state) => state.reach);
  const status = useAppState((state) => state.inventory);
  const profiles = useAppState((state) => state.profiles);
  const preferences = useAppState((state) => state.preferences);
  const filter = useUi((ui) => ui.filter);
  const expansion = useUi((ui) => ui.expansion);
  const filterExpansion = useUi((ui) => ui.filterExpansion);
  const estate = useEstate();
  const terms = useMemo(() => parseFilter(filter), [filter]);
  const isFiltered = terms.length > 0;
  // Without a filter a power state moves no row, so that nothing is built for it.
  const version = useEstateVersion((each) => (isFiltered ? each.content : each.structure));
  const tree = useMemo(
    () =>
      buildTreeRows({
        estate,
        sorted: sortedMachines,
        status,
        vms,
        reach,
        profiles,
        preferences,
        terms,
        expansion: isFiltered ? filterExpansion : expansion,
      }),
    // The version stands for the machines, which change in place.
    // oxlint-disable-next-line react/exhaustive-deps
    [
      estate,
      status,
      vms,
      reach,
      profiles,
      preferences,
      terms,
      isFiltered,
      expansion,
      filterExpansion,
      version,
    ],
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
