import { type ReactNode, useRef, useState } from 'react';
import { useUi } from '../state/ui-store.ts';
import { ModalDialog } from '../ui/ModalDialog.tsx';
import { settingsSections } from './sections.ts';

function close(): void {
  useUi.setState({ isSettingsOpen: false });
}

const headingId = (id: string) => `settings-${id}`;

/** The section whose heading is at the top of what is in view, or the last one at the very end. */
function sectionInView(body: HTMLElement): string | undefined {
  if (body.scrollTop + body.clientHeight >= body.scrollHeight - 1 && body.scrollTop > 0)
    return settingsSections.at(-1)?.id;
  const top = body.getBoundingClientRect().top + 48;
  return settingsSections.findLast(({ id }) => {
    const heading = document.getElementById(headingId(id));
    return heading !== null && heading.getBoundingClientRect().top <= top;
  })?.id;
}

function SettingsBody(): ReactNode {
  const body = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(settingsSections[0]?.id);
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label="Sections">
        {settingsSections.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            className="settings-link"
            {...(id === current ? { 'aria-current': 'true' } : {})}
            onClick={() => {
              const heading = document.getElementById(headingId(id));
              heading?.scrollIntoView({ block: 'start' });
              heading?.focus({ preventScroll: true });
              setCurrent(id);
            }}
          >
            {title}
          </button>
        ))}
      </nav>
      <div
        ref={body}
        className="settings-body"
        onScroll={() => {
          if (body.current !== null) setCurrent(sectionInView(body.current));
        }}
      >
        {settingsSections.map(({ id, title, Content }) => (
          <section key={id} className="settings-part" aria-labelledby={headingId(id)}>
            <h3 id={headingId(id)} tabIndex={-1}>
              {title}
            </h3>
            <Content />
          </section>
        ))}
      </div>
    </div>
  );
}

/** The settings, while they are open; rendered once, at the root, also before anybody is signed in. */
export function SettingsScreen(): ReactNode {
  const isOpen = useUi((ui) => ui.isSettingsOpen);
  if (!isOpen) return null;
  return (
    <ModalDialog title="Settings" size="screen" onClose={close}>
      <SettingsBody />
    </ModalDialog>
  );
}
