import { type RefObject, useLayoutEffect, useRef } from 'react';
import { anchorOf, type ScrollAnchor, scrollTopFor } from './scroll-anchor.ts';
import type { TreeRow } from './tree-row.ts';

/**
 * Keeps the rows in view where they are while others come and go above them; a new question starts at the top. Returns what
 * must hear of every scrolling.
 */
export function useScrollAnchor(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly TreeRow[],
  rowHeight: number,
  question: string,
): () => void {
  const anchor = useRef<ScrollAnchor | null>(null);
  const drawn = useRef({ rows, question });

  useLayoutEffect(() => {
    const element = scroller.current;
    const before = drawn.current;
    drawn.current = { rows, question };
    if (element === null || before.rows === rows) return;
    // At the very top there is nothing to hold, and asking the browser where it is would cost a layout.
    if (anchor.current === null) return;
    if (before.question !== question) {
      anchor.current = null;
      element.scrollTo({ top: 0 });
      return;
    }
    const top = scrollTopFor(rows, rowHeight, anchor.current);
    if (top !== null && Math.abs(top - element.scrollTop) > 0.5) element.scrollTo({ top });
  });

  return () => {
    const element = scroller.current;
    if (element !== null) anchor.current = anchorOf(drawn.current.rows, rowHeight, element.scrollTop);
  };
}
