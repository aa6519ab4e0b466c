import type { VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';
import { lastPart } from '../ui/format.ts';
import { type FilterContext, type FilterTerm, matchesByInitials, matchesFilter } from './filter.ts';
import { sortByName } from './sort-names.ts';
import type { TreeRow, TreeRows } from './tree-row.ts';

/** The row above all saved connections. */
export const savedRowId = 'saved';

/** The row of a folder of saved connections. */
export function folderRowId(folder: string): string {
  return `saved/${folder}`;
}

interface Search {
  readonly terms: readonly FilterTerm[];
  readonly reach: FilterContext['reach'];
}

function matchesProfile({ terms, reach }: Search, profile: Profile, vm: VmSummary | null): boolean {
  const words = [profile.name, profile.folder, profile.user ?? '', lastPart(profile.vmId)]
    .join('\n')
    .toLowerCase();
  return terms.every((term) => {
    if (term.kind === 'text') {
      return words.includes(term.text) || matchesByInitials(profile.name.toLowerCase(), term.text);
    }
    return vm !== null && matchesFilter([term], vm, { subscriptionName: '', reach });
  });
}

/** The rows of the saved connections: folders in order, those without a folder last; nothing if there are none. */
export function buildSavedRows(
  profiles: Readonly<Record<string, Profile>>,
  vms: Readonly<Record<string, VmSummary>>,
  search: Search,
  isExpanded: (id: string) => boolean,
): TreeRows {
  const found = Object.values(profiles)
    .map((profile) => ({ profile, vm: vms[profile.vmId.toLowerCase()] ?? null }))
    .filter(({ profile, vm }) => matchesProfile(search, profile, vm));
  const shown = sortByName(found, ({ profile }) => profile.name);
  if (shown.length === 0) return { rows: [], matchCount: 0 };

  const isOpen = isExpanded(savedRowId);
  const root = { id: savedRowId, level: 1, parentId: null, position: 1, setSize: 1 } as const;
  const rows: TreeRow[] = [{ kind: 'saved', ...root, isExpanded: isOpen, count: shown.length }];
  if (!isOpen) return { rows, matchCount: shown.length };

  const named = new Set(shown.map(({ profile }) => profile.folder).filter((folder) => folder !== ''));
  const folders = sortByName([...named], (folder) => folder);
  const loose = shown.filter(({ profile }) => profile.folder === '');
  const setSize = folders.length + loose.length;
  const addProfiles = (
    members: typeof shown,
    level: number,
    parentId: string,
    first: number,
    size: number,
  ) => {
    members.forEach(({ profile, vm }, index) => {
      const place = { level, parentId, isExpanded: null, position: first + index, setSize: size };
      rows.push({ kind: 'profile', id: `profile:${profile.id}`, ...place, profile, vm });
    });
  };
  folders.forEach((folder, index) => {
    const id = folderRowId(folder);
    const members = shown.filter(({ profile }) => profile.folder === folder);
    const isFolderOpen = isExpanded(id);
    const place = { level: 2, parentId: savedRowId, position: index + 1, setSize };
    rows.push({
      kind: 'folder',
      id,
      ...place,
      isExpanded: isFolderOpen,
      name: folder,
      count: members.length,
    });
    if (isFolderOpen) addProfiles(members, 3, id, 1, members.length);
  });
  addProfiles(loose, 2, savedRowId, folders.length + 1, setSize);
  return { rows, matchCount: shown.length };
}
