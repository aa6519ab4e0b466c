import type { VmSummary } from '../../shared/inventory.ts';
import type { SectionKind, TreeRow } from './tree-row.ts';

/** Where a row stands among its siblings. */
export interface Place {
  readonly level: number;
  readonly parentId: string | null;
  readonly position: number;
  readonly setSize: number;
}

/** A row with nothing under it that is the only one under its parent. */
export function leafPlace(level: number, parentId: string): Place & { readonly isExpanded: null } {
  return { level, parentId, isExpanded: null, position: 1, setSize: 1 };
}

/** Adds machines under a row. Written out, because tens of thousands of spread objects cost a frame. */
export function addMachines(
  rows: TreeRow[],
  vms: readonly VmSummary[],
  under: {
    readonly level: number;
    readonly parentId: string | null;
    /** Sets the ids of rows apart from those of the same machines elsewhere in the tree. */
    readonly prefix?: string;
    readonly firstPosition?: number;
    readonly setSize?: number;
    readonly noteOf?: (vm: VmSummary) => string;
  },
): void {
  const { level, parentId, prefix = '', firstPosition = 1, noteOf } = under;
  const setSize = under.setSize ?? vms.length;
  for (let index = 0; index < vms.length; index += 1) {
    const vm = vms[index] as VmSummary;
    rows.push({
      kind: 'vm',
      id: prefix === '' ? vm.id : prefix + vm.id,
      level,
      parentId,
      isExpanded: null,
      position: firstPosition + index,
      setSize,
      vm,
      note: noteOf === undefined ? '' : noteOf(vm),
    });
  }
}

/** A row that gathers others under a name. */
export function sectionRow(
  section: SectionKind,
  name: string,
  count: number,
  place: Place & { readonly id: string; readonly isExpanded: boolean },
): TreeRow {
  return { kind: 'section', section, name, count, ...place };
}
