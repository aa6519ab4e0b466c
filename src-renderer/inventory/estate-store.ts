import { create } from 'zustand';
import type { InventoryStatus, VmSummary } from '../../shared/inventory.ts';
import { currentState, onPatch, useAppState } from '../state/app-store.ts';
import type { Estate } from './estate.ts';
import { EstateIndex } from './estate-index.ts';

const index = new EstateIndex();

/** How often the machines have changed: `structure` after a change that moves rows, `content` after any. */
export const useEstateVersion = create<{ readonly structure: number; readonly content: number }>(() => ({
  structure: 0,
  content: 0,
}));

/** Keeps the index up with the mirror. Returns the function that ends it. */
export function connectEstate(): () => void {
  return onPatch(({ state }, patch) => {
    const before = index.content;
    if (patch === null) index.reset(Object.values(state.vms));
    else index.apply(Object.values(patch.upserts.vms ?? {}), patch.removals.vms ?? []);
    if (index.content !== before)
      useEstateVersion.setState({ structure: index.structure, content: index.content });
  });
}

/** Every machine, sorted by name. */
export function sortedMachines(): readonly VmSummary[] {
  return index.sorted();
}

/** Every machine, in any order. */
export function allMachines(): readonly VmSummary[] {
  return index.all();
}

/** The machines as a tree, as they are now. */
export function currentEstate(status: InventoryStatus | null = currentState()?.inventory ?? null): Estate {
  return index.estate(status ?? { tenants: [], subscriptions: [] });
}

/** The machines as a tree; the same object until one comes, goes or moves. */
export function useEstate(): Estate {
  const status = useAppState((state) => state.inventory);
  useEstateVersion((version) => version.structure);
  return currentEstate(status);
}
