import { tabId } from '../state/tabs.ts';
import { type UiState, useUi } from '../state/ui-store.ts';
import { narrowWindow, useMedia } from './use-media.ts';

const showsSession = (ui: UiState) =>
  ui.tabs.some((tab) => tab.kind === 'session' && tabId(tab) === ui.activeId);

/** True where the list would take room from a terminal: there it lies over the page as a drawer. */
export function useIsDrawer(): boolean {
  const isNarrow = useMedia(narrowWindow);
  const isSession = useUi(showsSession);
  return isNarrow && isSession;
}

function isDrawerNow(): boolean {
  return window.matchMedia(narrowWindow).matches && showsSession(useUi.getState());
}

/** Opens the list, or closes it; in a small window only over the page. */
export function toggleSidebar(): void {
  if (isDrawerNow()) useUi.setState((ui) => ({ isDrawerOpen: !ui.isDrawerOpen }));
  else useUi.setState((ui) => ({ isSidebarOpen: !ui.isSidebarOpen }));
}

/** Makes sure that the list is on screen. */
export function showSidebar(): void {
  useUi.setState(isDrawerNow() ? { isDrawerOpen: true } : { isSidebarOpen: true });
}

/** Closes the drawer when another tab is shown. Returns the function that ends it. */
export function connectDrawer(): () => void {
  return useUi.subscribe((ui, before) => {
    if (ui.activeId !== before.activeId && ui.isDrawerOpen) useUi.setState({ isDrawerOpen: false });
  });
}
