interface HasId {
  readonly id: string;
}

/** The rows at the upper edge of what is in view, and how far the first of them is scrolled out. */
export interface ScrollAnchor {
  readonly ids: readonly string[];
  readonly offset: number;
}

/** How many rows are remembered: if the first is gone, the next one holds the place. */
const rememberedRows = 20;

/** What is at the upper edge; null at the very top, where the top stays in view. */
export function anchorOf(rows: readonly HasId[], rowHeight: number, scrollTop: number): ScrollAnchor | null {
  if (scrollTop <= 0) return null;
  const first = Math.floor(scrollTop / rowHeight);
  return {
    ids: rows.slice(first, first + rememberedRows).map((row) => row.id),
    offset: scrollTop - first * rowHeight,
  };
}

/** Where to scroll so that the remembered rows stay where they were; null if none of them is left. */
export function scrollTopFor(
  rows: readonly HasId[],
  rowHeight: number,
  { ids, offset }: ScrollAnchor,
): number | null {
  const wanted = new Map(ids.map((id, index) => [id, index]));
  let best: { readonly at: number; readonly rank: number } | null = null;
  for (let at = 0; at < rows.length; at += 1) {
    const rank = wanted.get((rows[at] as HasId).id);
    if (rank === undefined || (best !== null && best.rank <= rank)) continue;
    best = { at, rank };
    if (rank === 0) break;
  }
  return best === null ? null : Math.max(0, (best.at - best.rank) * rowHeight + offset);
}
