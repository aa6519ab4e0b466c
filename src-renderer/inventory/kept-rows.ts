import type { VmSummary } from '../../shared/inventory.ts';
import type { Preferences } from '../../shared/preferences.ts';
import { addMachines, sectionRow } from './row-list.ts';
import type { TreeRow } from './tree-row.ts';

/** How many of the latest machines the tree shows; the palette has the rest. */
const recentRows = 8;

const prefixes = { favourites: 'favourite:', recent: 'recent:' } as const;

function machinesOf(
  ids: readonly string[],
  vms: Readonly<Record<string, VmSummary>>,
): readonly (VmSummary | string)[] {
  return ids.map((id) => vms[id] ?? id);
}

/** The two topmost nodes of the tree: the favourites in the user's order, and the latest machines. Empty ones are left out. */
export function buildKeptRows(
  preferences: Pick<Preferences, 'favourites' | 'recents'>,
  vms: Readonly<Record<string, VmSummary>>,
  isExpanded: (id: string) => boolean,
): TreeRow[] {
  const recents = preferences.recents.map(({ vmId }) => vmId).filter((id) => vms[id] !== undefined);
  const sections = [
    { section: 'favourites', name: 'Favourites', members: machinesOf(preferences.favourites, vms) },
    { section: 'recent', name: 'Recent', members: machinesOf(recents.slice(0, recentRows), vms) },
  ] as const;
  return sections.flatMap(({ section, name, members }) => {
    if (members.length === 0) return [];
    const isOpen = isExpanded(section);
    const root = { id: section, level: 1, parentId: null, isExpanded: isOpen, position: 1, setSize: 1 };
    const rows: TreeRow[] = [sectionRow(section, name, members.length, root)];
    if (!isOpen) return rows;
    members.forEach((member, index) => {
      const place = { level: 2, parentId: section, prefix: prefixes[section] };
      if (typeof member !== 'string') {
        addMachines(rows, [member], {
          ...place,
          firstPosition: index + 1,
          setSize: members.length,
          noteOf: (vm) => vm.resourceGroup,
        });
        return;
      }
      rows.push({
        kind: 'absent',
        id: prefixes[section] + member,
        level: 2,
        parentId: section,
        isExpanded: null,
        position: index + 1,
        setSize: members.length,
        vmId: member,
      });
    });
    return rows;
  });
}
