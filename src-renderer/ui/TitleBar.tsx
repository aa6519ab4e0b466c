import { CloudCog, Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { AccountMenu } from '../account/AccountMenu.tsx';
import { openPalette, showPanel } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { liveSessionCount } from '../state/status-text.ts';
import { openTunnelCount } from '../tunnels/tunnel-words.ts';
import { plural } from './format.ts';

function SearchButton(): ReactNode {
  const shortcut = useShortcut('palette');
  return (
    <button type="button" className="search-button" onClick={openPalette}>
      <Search className="icon" aria-hidden />
      <span className="search-button-text">Search everything</span>
      <kbd>{shortcut}</kbd>
    </button>
  );
}

/** The uppermost row: who is signed in to which cloud, how many sessions are live and how many tunnels open. */
export function TitleBar(): ReactNode {
  const cloud = useAppState((state) => state.cloud);
  const isSignedIn = useAppState((state) => state.account.kind === 'signed-in');
  const liveCount = useAppState(liveSessionCount);
  const tunnelCount = useAppState((state) => openTunnelCount(state.tunnels));
  return (
    <header className="title-bar">
      {isSignedIn && <h1 className="visually-hidden">Sallyport</h1>}
      <AccountMenu />
      <span className={cloud.custom ? 'cloud cloud-custom' : 'cloud'}>
        {cloud.custom && <CloudCog className="icon" aria-hidden />}
        {cloud.custom ? `Custom cloud: ${cloud.name}` : cloud.name}
      </span>
      <span className="section-gap" />
      {isSignedIn && <SearchButton />}
      <span className="section-gap" />
      {liveCount > 0 && (
        <span className="live">
          <span className="live-dot" aria-hidden />
          {plural(liveCount, 'live session')}
        </span>
      )}
      {isSignedIn && tunnelCount > 0 && (
        <button type="button" className="title-button" onClick={() => showPanel('tunnels')}>
          <span className="live-dot" aria-hidden />
          {plural(tunnelCount, 'tunnel')}
        </button>
      )}
    </header>
  );
}
