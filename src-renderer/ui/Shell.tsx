import { PanelLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { AccountsDialog } from '../account/AccountsDialog.tsx';
import { Welcome } from '../account/Welcome.tsx';
import { Sidebar } from '../inventory/Sidebar.tsx';
import { Palette } from '../palette/Palette.tsx';
import { SettingsScreen } from '../settings/SettingsScreen.tsx';
import { useAppState } from '../state/app-store.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { useUi } from '../state/ui-store.ts';
import { HostsDialog } from '../hosts/HostsDialog.tsx';
import { TunnelDialog } from '../tunnels/TunnelDialog.tsx';
import { Content } from './Content.tsx';
import { ContextMenu } from './ContextMenu.tsx';
import { IconButton } from './IconButton.tsx';
import { showSidebar, useIsDrawer } from './sidebar-mode.ts';
import { Notices } from './Notices.tsx';
import { Panel } from './Panel.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TitleBar } from './TitleBar.tsx';

function SidebarRail(): ReactNode {
  const shortcut = useShortcut('toggle-sidebar');
  return (
    <div className="rail">
      <IconButton icon={PanelLeft} label="Show machines" shortcut={shortcut} onPress={showSidebar} />
    </div>
  );
}

function Drawer(): ReactNode {
  const close = () => useUi.setState({ isDrawerOpen: false });
  return (
    <>
      <div className="sidebar-box sidebar-drawer">
        <Sidebar />
      </div>
      <button type="button" className="sidebar-shade" aria-label="Hide machines" onClick={close} />
    </>
  );
}

function Workspace(): ReactNode {
  const isSidebarOpen = useUi((ui) => ui.isSidebarOpen);
  const isDrawerOpen = useUi((ui) => ui.isDrawerOpen);
  const isPanelOpen = useUi((ui) => ui.isPanelOpen);
  const isDrawer = useIsDrawer();
  const isBeside = !isDrawer && isSidebarOpen;
  return (
    <>
      <div className="workspace">
        {isBeside ? (
          <div className="sidebar-box">
            <Sidebar />
          </div>
        ) : (
          <SidebarRail />
        )}
        {isDrawer && isDrawerOpen && <Drawer />}
        <Content />
      </div>
      {isPanelOpen && <Panel />}
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
      {isSignedIn && <TunnelDialog />}
      {isSignedIn && <AccountsDialog />}
      {isSignedIn && <HostsDialog />}
      {isSignedIn && <Palette />}
      <SettingsScreen />
    </div>
  );
}
