import type { TreeRow } from './tree-row.ts';

/** What a key does in the tree. */
export type TreeMove =
  | { readonly kind: 'focus'; readonly index: number }
  | { readonly kind: 'toggle'; readonly id: string; readonly isExpanded: boolean };

/** The keys of a treegrid: up, down, page, ends; left and right close, open, or go to the parent or first child. */
export function moveInTree(
  rows: readonly TreeRow[],
  index: number,
  key: string,
  pageSize: number,
): TreeMove | null {
  const row = rows[index];
  const last = rows.length - 1;
  if (row === undefined) return rows.length > 0 ? { kind: 'focus', index: 0 } : null;
  switch (key) {
    case 'ArrowDown':
      return { kind: 'focus', index: Math.min(last, index + 1) };
    case 'ArrowUp':
      return { kind: 'focus', index: Math.max(0, index - 1) };
    case 'PageDown':
      return { kind: 'focus', index: Math.min(last, index + pageSize) };
    case 'PageUp':
      return { kind: 'focus', index: Math.max(0, index - pageSize) };
    case 'Home':
      return { kind: 'focus', index: 0 };
    case 'End':
      return { kind: 'focus', index: last };
    case 'ArrowRight':
      if (row.isExpanded === false) return { kind: 'toggle', id: row.id, isExpanded: true };
      return row.isExpanded === true && rows[index + 1]?.parentId === row.id
        ? { kind: 'focus', index: index + 1 }
        : null;
    case 'ArrowLeft': {
      if (row.isExpanded === true) return { kind: 'toggle', id: row.id, isExpanded: false };
      const parent = rows.findIndex((other) => other.id === row.parentId);
      return parent < 0 ? null : { kind: 'focus', index: parent };
    }
    default:
      return null;
  }
}
