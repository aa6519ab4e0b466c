/** The rows that are drawn, from the first to before the last. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
}

/** How many rows more are drawn on either side, so that a scroll finds them there. */
const margin = 8;

/** The rows in view. All rows have one height, so nothing has to be measured or remembered for the others. */
export function windowOf(count: number, rowHeight: number, scrollTop: number, height: number): RowWindow {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - margin);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + margin);
  return { first, end: Math.max(first, end) };
}

/** Where to scroll so that a row is wholly in view, as little as possible; null if it is. */
export function scrollTopToShow(
  index: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): number | null {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : null;
}

/** The indexes to draw: those in view, and the row with the focus, which scrolling away must not lose. */
export function drawnIndexes({ first, end }: RowWindow, focused: number, count: number): readonly number[] {
  const indexes = Array.from(
    { length: Math.min(end, count) - Math.min(first, count) },
    (_, at) => first + at,
  );
  if (focused >= count || (focused >= first && focused < end)) return indexes;
  return focused < first ? [focused, ...indexes] : [...indexes, focused];
}
