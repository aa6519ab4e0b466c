import type { ReactNode } from 'react';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';

/** What this is, and what to send along with a question about it. */
export function AboutSettings(): ReactNode {
  const version = useAppState((state) => state.version);
  const cloud = useAppState((state) => state.cloud);
  return (
    <>
      <p className="selectable">
        Sallyport {version} · {cloud.custom ? `custom cloud ${cloud.name}` : cloud.name}
      </p>
      <p className="soft small">
        Nothing is sent anywhere but to Azure and to your machines. Diagnostics are versions, settings and the
        latest activity, without names of users, tokens or passwords.
      </p>
      <div className="button-row">
        <Button onPress={() => void run(bridge().calls['activity:copy-diagnostics'](null))}>
          Copy diagnostics
        </Button>
      </div>
    </>
  );
}
