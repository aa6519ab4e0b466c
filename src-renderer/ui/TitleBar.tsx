import { CloudCog } from 'lucide-react';
import type { ReactNode } from 'react';
import { AccountMenu } from '../account/AccountMenu.tsx';
import { useAppState } from '../state/app-store.ts';
import { liveSessionCount } from '../state/status-text.ts';
import { plural } from './format.ts';

/** The uppermost row: who is signed in to which cloud, and how many sessions are live. */
export function TitleBar(): ReactNode {
  const cloud = useAppState((state) => state.cloud);
  const isSignedIn = useAppState((state) => state.account.kind === 'signed-in');
  const liveCount = useAppState(liveSessionCount);
  return (
    <header className="title-bar">
      {isSignedIn && <h1 className="visually-hidden">Sallyport</h1>}
      <AccountMenu />
      <span className={cloud.custom ? 'cloud cloud-custom' : 'cloud'}>
        {cloud.custom && <CloudCog className="icon" aria-hidden />}
        {cloud.custom ? `Custom cloud: ${cloud.name}` : cloud.name}
      </span>
      <span className="section-gap" />
      {liveCount > 0 && (
        <span className="live">
          <span className="live-dot" aria-hidden />
          {plural(liveCount, 'live session')}
        </span>
      )}
    </header>
  );
}
