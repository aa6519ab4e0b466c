import { describe, expect, it } from 'vitest';
import { closeTab, followSessions, neighbourTab, showSession, showVm, type TabsState } from './tabs.ts';

const none: TabsState = { tabs: [], activeId: null };
const two = showSession(showSession(none, 'a'), 'b');
const shape = (state: TabsState) =>
  `${state.tabs.map((tab) => (tab.kind === 'vm' ? `vm ${tab.vmId}` : tab.sessionId)).join(', ')} | ${String(state.activeId)}`;

describe('tabs', () => {
  it('reuses the one preview of a machine', () => {
    expect(shape(showVm(showVm(two, '/vm/1'), '/vm/2'))).toBe('vm /vm/2, a, b | vm');
  });

  it('opens a session once', () => {
    expect(shape(showSession(two, 'a'))).toBe('a, b | session-a');
  });

  it('shows the right neighbour of a closed tab, else the left one', () => {
    expect(shape(closeTab(showSession(two, 'a'), 'session-a'))).toBe('b | session-b');
    expect(shape(closeTab(two, 'session-b'))).toBe('a | session-a');
    expect(shape(closeTab(closeTab(two, 'session-b'), 'session-a'))).toBe(' | null');
  });

  it('leaves the active tab alone when another one is closed', () => {
    expect(shape(closeTab(two, 'session-a'))).toBe('b | session-b');
    expect(closeTab(two, 'unknown')).toBe(two);
  });

  it('steps round the end', () => {
    expect(neighbourTab(two, 1)).toBe('session-a');
    expect(neighbourTab(two, -1)).toBe('session-a');
    expect(neighbourTab(none, 1)).toBeNull();
  });

  it('gives a new session a tab in the background and takes a forgotten one’s away', () => {
    expect(shape(followSessions(two, new Set(['a', 'b']), new Set(['b', 'c'])))).toBe('b, c | session-b');
  });

  it('keeps a tab whose session has not been reported yet', () => {
    expect(shape(followSessions(two, new Set(['a']), new Set(['a'])))).toBe('a, b | session-b');
  });
});
