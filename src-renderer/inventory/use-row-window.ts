import { type RefObject, useLayoutEffect, useState } from 'react';
import { type RowWindow, windowOf } from './row-window.ts';

/** A window before its height is known: enough rows for most screens. */
const unknownHeight = 600;

/** Which rows are in view. Returns what must hear of every scrolling; a scroll within the margin draws nothing. */
export function useRowWindow(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  rowHeight: number,
): { readonly window: RowWindow; readonly onScroll: () => void } {
  const [view, setView] = useState({ firstRow: 0, height: unknownHeight });

  const look = () => {
    const element = scroller.current;
    if (element === null) return;
    const firstRow = Math.floor(element.scrollTop / rowHeight);
    const height = element.clientHeight;
    setView((before) =>
      before.firstRow === firstRow && before.height === height ? before : { firstRow, height },
    );
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const resizes = new ResizeObserver(look);
    resizes.observe(element);
    return () => resizes.disconnect();
    // The element stays for the component's whole life.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);

  return { window: windowOf(count, rowHeight, view.firstRow * rowHeight, view.height), onScroll: look };
}
