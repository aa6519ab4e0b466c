import { describe, expect, it } from 'vitest';
import { moveInTree } from './tree-keys.ts';
import type { TreeRow } from './tree-row.ts';

const row = (id: string, parentId: string | null, isExpanded: boolean | null): TreeRow => ({
  kind: 'group',
  id,
  parentId,
  isExpanded,
  level: 1,
  position: 1,
  setSize: 1,
  name: id,
  count: 0,
});
const rows = [row('a', null, true), row('b', 'a', null), row('c', 'a', null), row('d', null, false)];

describe('moveInTree', () => {
  it.each([
    [0, 'ArrowDown', { kind: 'focus', index: 1 }],
    [3, 'ArrowDown', { kind: 'focus', index: 3 }],
    [0, 'ArrowUp', { kind: 'focus', index: 0 }],
    [1, 'End', { kind: 'focus', index: 3 }],
    [3, 'Home', { kind: 'focus', index: 0 }],
    [0, 'PageDown', { kind: 'focus', index: 2 }],
    [3, 'PageUp', { kind: 'focus', index: 1 }],
    [0, 'ArrowRight', { kind: 'focus', index: 1 }],
    [3, 'ArrowRight', { kind: 'toggle', id: 'd', isExpanded: true }],
    [0, 'ArrowLeft', { kind: 'toggle', id: 'a', isExpanded: false }],
    [2, 'ArrowLeft', { kind: 'focus', index: 0 }],
    [3, 'ArrowLeft', null],
    [1, 'ArrowRight', null],
    [1, 'x', null],
    [99, 'ArrowDown', { kind: 'focus', index: 0 }],
  ])('at %d, %s', (index, key, expected) => {
    expect(moveInTree(rows, index, key, 2)).toEqual(expected);
  });

  it('does nothing in an empty tree', () => {
    expect(moveInTree([], 0, 'ArrowDown', 2)).toBeNull();
  });
});
