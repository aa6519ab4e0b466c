import type { VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';
import { lastPart } from '../ui/format.ts';
import { sortKey } from './estate.ts';
import { type FilterTerm, matchesByInitials, matchesFilter } from './filter.ts';
import type { TreeRow, TreeRows } from './tree-row.ts';

function matchesProfile(terms: readonly FilterTerm[], profile: Profile, vm: VmSummary | null): boolean {
  const words = [profile.name, profile.folder, profile.user ?? '', lastPart(profile.vmId)]
    .join('\n')
    .toLowerCase();
  return terms.every((term) => {
    if (term.kind === 'text') {
      return words.includes(term.text) || matchesByInitials(profile.name.toLowerCase(), term.text);
    }
    return vm !== null && matchesFilter([term], vm, '');
  });
}

const compareKeys = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);

/** The rows of the saved connections: folders in order, those without a folder last; nothing if there are none. */
export function buildSavedRows(
  profiles: Readonly<Record<string, Profile>>,
  vms: Readonly<Record<string, VmSummary>>,
  terms: readonly FilterTerm[],
  isExpanded: (id: string) => boolean,
): TreeRows {
  const shown = Object.values(profiles)
    .map((profile) => ({ profile, vm: vms[profile.vmId.toLowerCase()] ?? null }))
    .filter(({ profile, vm }) => matchesProfile(terms, profile, vm))
    .sort((a, b) => compareKeys(sortKey(a.profile.name), sortKey(b.profile.name)));
  if (shown.length === 0) return { rows: [], matchCount: 0 };

  const isOpen = isExpanded('saved');
  const root = { id: 'saved', level: 1, parentId: null, position: 1, setSize: 1 } as const;
  const rows: TreeRow[] = [{ kind: 'saved', ...root, isExpanded: isOpen, count: shown.length }];
  if (!isOpen) return { rows, matchCount: shown.length };

  const folders = [...new Set(shown.map(({ profile }) => profile.folder))]
    .filter((folder) => folder !== '')
    .sort((a, b) => compareKeys(sortKey(a), sortKey(b)));
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
    const id = `saved/${folder}`;
    const members = shown.filter(({ profile }) => profile.folder === folder);
    const isFolderOpen = isExpanded(id);
    const place = { level: 2, parentId: 'saved', position: index + 1, setSize };
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
  addProfiles(loose, 2, 'saved', folders.length + 1, setSize);
  return { rows, matchCount: shown.length };
}
