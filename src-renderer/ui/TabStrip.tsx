import { Monitor, Server, SquareTerminal, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import type { Session } from '../../shared/session.ts';
import { sessionStateText, sessionTitle } from '../session/session-words.ts';
import { activateTab, dismissTab } from '../state/actions.ts';
import { currentState, useAppState } from '../state/app-store.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { type Tab, tabId } from '../state/tabs.ts';
import { useUi } from '../state/ui-store.ts';
import { machineMenu } from '../inventory/machine-menu.ts';
import { type ContextMenuItem, openContextMenu } from './context-menu-store.ts';
import { lastPart } from './format.ts';

/** The id of the element that shows the active tab. */
export const tabPanelId = 'tab-panel';

function SessionMark({ session }: { readonly session: Session }): ReactNode {
  const text = sessionStateText(session);
  return (
    <span className="named-icon" title={text}>
      <span className={`state-dot state-${session.state.kind}`} />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}

/** What else can be done with the machine of a tab. */
function tabMenu(tab: Tab): readonly ContextMenuItem[] {
  const state = currentState();
  const vmId = tab.kind === 'vm' ? tab.vmId : state?.sessions[tab.sessionId]?.vmId;
  if (state === null || vmId === undefined) return [];
  return [{ kind: 'separator' }, ...machineMenu(vmId)];
}

interface TabViewProps {
  readonly tab: Tab;
  readonly isActive: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function TabView({ tab, isActive, onKeyDown }: TabViewProps): ReactNode {
  const session = useAppState((state) =>
    tab.kind === 'session' ? state.sessions[tab.sessionId] : undefined,
  );
  const vmName = useAppState((state) =>
    tab.kind === 'vm' ? (state.vms[tab.vmId]?.name ?? lastPart(tab.vmId)) : '',
  );
  const closeKey = useShortcut('close-tab');
  const box = useRef<HTMLDivElement>(null);
  const id = tabId(tab);
  const title = tab.kind === 'vm' ? vmName : session === undefined ? 'session' : sessionTitle(session);
  const Icon = tab.kind === 'vm' ? Server : session?.kind === 'rdp' ? Monitor : SquareTerminal;
  useEffect(() => {
    if (isActive) box.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isActive]);
  return (
    <div
      ref={box}
      className={isActive ? 'tab tab-active' : 'tab'}
      onAuxClick={(event) => {
        if (event.button === 1) dismissTab(tab);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        openContextMenu(`Actions for tab ${title}`, event.clientX, event.clientY, [
          {
            kind: 'action',
            label: 'Close',
            shortcut: closeKey,
            run: () => dismissTab(tab),
          },
          ...tabMenu(tab),
        ]);
      }}
    >
      <button
        type="button"
        role="tab"
        id={`tab-${id}`}
        className="tab-button"
        aria-selected={isActive}
        {...(isActive ? { 'aria-controls': tabPanelId } : {})}
        tabIndex={isActive ? 0 : -1}
        {...(tab.kind === 'session' ? { 'data-session-id': tab.sessionId } : {})}
        onClick={() => activateTab(id)}
        onKeyDown={onKeyDown}
      >
        <Icon className="icon soft" aria-hidden />
        <span className={tab.kind === 'vm' ? 'tab-title tab-preview' : 'tab-title'}>{title}</span>
        {session !== undefined && <SessionMark session={session} />}
      </button>
      <button
        type="button"
        className="icon-button tab-close"
        tabIndex={-1}
        aria-label={`Close ${title}`}
        title={`Close (${closeKey})`}
        onClick={() => dismissTab(tab)}
      >
        <X className="icon" aria-hidden />
      </button>
    </div>
  );
}

/** The open tabs. The list owns its tabs by id, because the close buttons between them are no tabs. */
export function TabStrip(): ReactNode {
  const tabs = useUi((ui) => ui.tabs);
  const activeId = useUi((ui) => ui.activeId);
  const onKeyDown = (event: KeyboardEvent) => {
    const index = tabs.findIndex((tab) => tabId(tab) === activeId);
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: (index + 1) % tabs.length,
      ArrowLeft: (index - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const active = tabs[index];
    if (event.key === 'Delete' && active !== undefined) {
      event.preventDefault();
      dismissTab(active);
      return;
    }
    const target = tabs[targets[event.key] ?? -1];
    if (target === undefined) return;
    event.preventDefault();
    activateTab(tabId(target));
    requestAnimationFrame(() => document.getElementById(`tab-${tabId(target)}`)?.focus());
  };
  if (tabs.length === 0) return null;
  return (
    <div className="tab-strip">
      <div
        role="tablist"
        aria-label="Open tabs"
        aria-owns={tabs.map((tab) => `tab-${tabId(tab)}`).join(' ')}
      />
      {tabs.map((tab) => (
        <TabView key={tabId(tab)} tab={tab} isActive={tabId(tab) === activeId} onKeyDown={onKeyDown} />
      ))}
    </div>
  );
}
