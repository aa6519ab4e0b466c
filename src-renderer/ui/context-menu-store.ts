import { create } from 'zustand';

/** One entry of a context menu; `separator` draws a line. */
export type ContextMenuItem =
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly shortcut?: string;
      readonly isDisabled?: boolean;
      /** Why it cannot be done now. */
      readonly reason?: string;
      readonly run: () => void;
    }
  | { readonly kind: 'separator' };

interface ContextMenuState {
  readonly menu: {
    readonly label: string;
    readonly x: number;
    readonly y: number;
    readonly items: readonly ContextMenuItem[];
  } | null;
}

/** The context menu on screen: there is never more than one. */
export const useContextMenu = create<ContextMenuState>(() => ({ menu: null }));

/** Opens a context menu at a point of the window. */
export function openContextMenu(
  label: string,
  x: number,
  y: number,
  items: readonly ContextMenuItem[],
): void {
  useContextMenu.setState({ menu: { label, x, y, items } });
}

/** Opens a context menu at the lower left of an element, as the keyboard does. */
export function openContextMenuAt(label: string, element: Element, items: readonly ContextMenuItem[]): void {
  const box = element.getBoundingClientRect();
  openContextMenu(label, box.left + 24, box.bottom, items);
}
