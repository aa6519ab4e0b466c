import { PanelLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Welcome } from '../account/Welcome.tsx';
import { Sidebar } from '../inventory/Sidebar.tsx';
import { useAppState } from '../state/app-store.ts';
import { shortcutText } from '../state/shortcuts.ts';
import { useUi } from '../state/ui-store.ts';
import { TransfersPanel } from '../transfers/TransfersPanel.tsx';
import { Content } from './Content.tsx';
import { ContextMenu } from './ContextMenu.tsx';
import { IconButton } from './IconButton.tsx';
import { Notices } from './Notices.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TitleBar } from './TitleBar.tsx';
import { narrowWindow, useMedia } from './use-media.ts';

function SidebarRail(): ReactNode {
  const platform = useAppState((state) => state.platform);
  return (
    <div className="rail">
      <IconButton
        icon={PanelLeft}
        label="Show machines"
        shortcut={shortcutText('toggle-sidebar', platform)}
        onPress={() => useUi.setState({ isSidebarOpen: true })}
      />
    </div>
  );
}

function Workspace(): ReactNode {
  const isOpen = useUi((ui) => ui.isSidebarOpen);
  const isNarrow = useMedia(narrowWindow);
  const hasPage = useUi((ui) => ui.activeId !== null);
  const isPanelOpen = useUi((ui) => ui.isPanelOpen);
  // In a small window the list lies over the page, so that the terminal keeps its size.
  const isOver = isNarrow && hasPage;
  return (
    <>
      <div className={isOver ? 'workspace workspace-narrow' : 'workspace'}>
        {(isOver || !isOpen) && <SidebarRail />}
        {isOpen && (
          <div className="sidebar-box">
            <Sidebar />
          </div>
        )}
        {isOver && isOpen && (
          <button
            type="button"
            className="sidebar-shade"
            aria-label="Hide machines"
            onClick={() => useUi.setState({ isSidebarOpen: false })}
          />
        )}
        <Content />
      </div>
      {isPanelOpen && <TransfersPanel />}
    </>
  );
}

/** The window as a whole: before and after the sign-in. */
export function Shell(): ReactNode {
  const isSignedIn = useAppState((state) => state.account.kind === 'signed-in');
  return (
    <div className="app">
      <TitleBar />
      <Notices />
      {isSignedIn ? <Workspace /> : <Welcome />}
      <StatusLine />
      <ContextMenu />
    </div>
  );
}
