import type { ReactNode } from 'react';
import { useAppState } from '../state/app-store.ts';
import { CaFileSettings } from './CaFileSettings.tsx';
import { ProxySettings } from './ProxySettings.tsx';
import { ProxySignIn } from './ProxySignIn.tsx';

/** Proxy and certificates. */
export function NetworkSettings(): ReactNode {
  const network = useAppState((state) => state.settings.network);
  return (
    <>
      <p className="soft small">
        Changes hold for new connections; open ones stay. A proxy or a file of authorities is confirmed in a
        window of its own.
      </p>
      <ProxySettings setting={network.proxy} />
      <ProxySignIn setting={network.proxy} />
      <CaFileSettings caFile={network.caFile} />
    </>
  );
}
