import { MousePointerClick } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { VmPage } from '../inventory/VmPage.tsx';
import { useShortcut } from '../state/shortcuts.ts';
import { tabId } from '../state/tabs.ts';
import { useUi } from '../state/ui-store.ts';
import { tabPanelId, TabStrip } from './TabStrip.tsx';

/** Comes with the terminal, which the start does not wait for. */
const SessionPage = lazy(async () => {
  const { SessionPage: page } = await import('../session/SessionPage.tsx');
  return { default: page };
});

function Home(): ReactNode {
  const filterKey = useShortcut('filter');
  const sidebarKey = useShortcut('toggle-sidebar');
  const paletteKey = useShortcut('palette');
  return (
    <div className="empty">
      <MousePointerClick aria-hidden />
      <p>Select a machine to see how it is reached, or double-click it to connect.</p>
      <p className="small">
        {paletteKey} searches everything, {filterKey} filters the list, {sidebarKey} hides it.
      </p>
    </div>
  );
}

/** The tabs and what the active one shows. */
export function Content(): ReactNode {
  const tab = useUi((ui) => ui.tabs.find((open) => tabId(open) === ui.activeId));
  if (tab === undefined) {
    return (
      <main className="content">
        <TabStrip />
        <div className="page">
          <Home />
        </div>
      </main>
    );
  }
  return (
    <main className="content">
      <TabStrip />
      <div className="page" role="tabpanel" id={tabPanelId} aria-labelledby={`tab-${tabId(tab)}`}>
        {tab.kind === 'vm' ? (
          <VmPage key={tab.vmId} vmId={tab.vmId} />
        ) : (
          <Suspense fallback={null}>
            <SessionPage key={tab.sessionId} sessionId={tab.sessionId} />
          </Suspense>
        )}
      </div>
    </main>
  );
}
