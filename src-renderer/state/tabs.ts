/** What a tab shows: the one preview of a machine, or a session. */
export type Tab =
  | { readonly kind: 'vm'; readonly vmId: string }
  | { readonly kind: 'session'; readonly sessionId: string };

/** The open tabs in their order, and the one on screen. */
export interface TabsState {
  readonly tabs: readonly Tab[];
  readonly activeId: string | null;
}

/** The tab of a machine's page has one id, because there is only one: it is reused by the next selection. */
export const vmTabId = 'vm';

/** The id of a tab, unique among the open ones. */
export function tabId(tab: Tab): string {
  return tab.kind === 'vm' ? vmTabId : sessionTabId(tab.sessionId);
}

/** The id of the tab of a session. */
export function sessionTabId(sessionId: string): string {
  return `session-${sessionId}`;
}

/** Shows a machine in the preview tab, which is made at the front if it is not there. */
export function showVm(state: TabsState, vmId: string): TabsState {
  const tab: Tab = { kind: 'vm', vmId };
  const isOpen = state.tabs.some((open) => open.kind === 'vm');
  return {
    tabs: isOpen ? state.tabs.map((open) => (open.kind === 'vm' ? tab : open)) : [tab, ...state.tabs],
    activeId: vmTabId,
  };
}

/** Opens the tab of a session, once, and shows it. */
export function showSession(state: TabsState, sessionId: string): TabsState {
  const activeId = sessionTabId(sessionId);
  if (state.tabs.some((tab) => tabId(tab) === activeId)) return { ...state, activeId };
  return { tabs: [...state.tabs, { kind: 'session', sessionId }], activeId };
}

/** Closes a tab; its right neighbour is shown next, else the left one. */
export function closeTab(state: TabsState, id: string): TabsState {
  const index = state.tabs.findIndex((tab) => tabId(tab) === id);
  if (index < 0) return state;
  const tabs = state.tabs.filter((_, at) => at !== index);
  if (state.activeId !== id) return { tabs, activeId: state.activeId };
  const next = tabs[index] ?? tabs[index - 1];
  return { tabs, activeId: next === undefined ? null : tabId(next) };
}

/** The tab `distance` places after the active one, round the end. */
export function neighbourTab(state: TabsState, distance: 1 | -1): string | null {
  const index = state.tabs.findIndex((tab) => tabId(tab) === state.activeId);
  const count = state.tabs.length;
  if (count === 0) return null;
  const next = state.tabs[index < 0 ? 0 : (index + distance + count) % count];
  return next === undefined ? null : tabId(next);
}

/**
 * Makes the tabs follow the sessions of main: a new session gets a tab in the background, a forgotten one
 * loses it. A tab whose session main has not reported yet stays: the answer to a call may overtake the patch.
 */
export function followSessions(
  state: TabsState,
  before: ReadonlySet<string>,
  now: ReadonlySet<string>,
): TabsState {
  let next = state;
  for (const id of before) if (!now.has(id)) next = closeTab(next, sessionTabId(id));
  for (const id of now) {
    if (before.has(id) || next.tabs.some((tab) => tabId(tab) === sessionTabId(id))) continue;
    next = { ...next, tabs: [...next.tabs, { kind: 'session', sessionId: id }] };
  }
  return next;
}
