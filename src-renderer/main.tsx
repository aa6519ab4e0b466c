import './ui/styles.ts';
import './ui/shell.css';
import './ui/panel.css';
import './ui/modal.css';
import './account/account.css';
import './inventory/inventory.css';
import './inventory/vm-page.css';
import './checks/checks.css';
import './profiles/profiles.css';
import './session/session.css';
import './transfers/transfers.css';
import './tunnels/tunnels.css';
import './activity/activity.css';
import './settings/settings.css';
import './palette/palette.css';
import './hosts/hosts.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { connectCommands } from './commands.ts';
import { connectTabs } from './state/actions.ts';
import { connectEstate } from './inventory/estate-store.ts';
import { connectMirror } from './state/app-store.ts';
import { connectInView } from './tunnels/in-view.ts';
import { connectDrawer } from './ui/sidebar-mode.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');

connectTabs();
connectCommands();
connectDrawer();
connectInView();
connectEstate();
connectMirror();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// The terminal is a large part of the program, and nobody needs it before the list of machines is there.
requestIdleCallback(
  () => {
    void import('./session/terminals.ts').then(({ connectTerminals }) => connectTerminals());
  },
  { timeout: 1_000 },
);
