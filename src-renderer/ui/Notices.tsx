import { CircleX, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { type LocalNotice, useUi } from '../state/ui-store.ts';
import { Button } from './Button.tsx';
import { Disclosure } from './Disclosure.tsx';
import { IconButton } from './IconButton.tsx';

const icons = { info: Info, warning: TriangleAlert, error: CircleX } as const;
const tones = { info: 'soft', warning: 'warn', error: 'bad' } as const;

function NoticeBar({
  notice,
  onDismiss,
}: {
  readonly notice: LocalNotice;
  readonly onDismiss: () => void;
}): ReactNode {
  const Icon = icons[notice.tone];
  return (
    <div className={`notice notice-${notice.tone}`} role={notice.tone === 'error' ? 'alert' : 'status'}>
      <Icon className={`icon ${tones[notice.tone]}`} aria-hidden />
      <div className="notice-text selectable">
        <p>{notice.text}</p>
        {notice.detail !== '' && (
          <Disclosure label="Details">
            <pre className="details-text">{notice.detail}</pre>
          </Disclosure>
        )}
      </div>
      {notice.action !== undefined && (
        <Button
          kind="link"
          onPress={() => {
            notice.action?.run();
            onDismiss();
          }}
        >
          {notice.action.label}
        </Button>
      )}
      <IconButton icon={X} label="Dismiss" onPress={onDismiss} />
    </div>
  );
}

/** What the user must know and can put away, in bars under the title bar. */
export function Notices(): ReactNode {
  const notices = useAppState((state) => state.notices);
  const localNotices = useUi((ui) => ui.localNotices);
  return (
    <div className="notices">
      {Object.values(notices).map((notice) => (
        <NoticeBar
          key={notice.id}
          notice={notice}
          onDismiss={() => void run(bridge().calls['notice:dismiss']({ id: notice.id }))}
        />
      ))}
      {localNotices.map((notice) => (
        <NoticeBar
          key={notice.id}
          notice={notice}
          onDismiss={() =>
            useUi.setState((ui) => ({
              localNotices: ui.localNotices.filter((entry) => entry.id !== notice.id),
            }))
          }
        />
      ))}
    </div>
  );
}
