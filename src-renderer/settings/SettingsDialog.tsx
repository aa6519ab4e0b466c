import type { ReactNode } from 'react';
import { reconnectPolicySchema, type Settings, themeSchema } from '../../shared/state.ts';
import { saveSettings } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { useUi } from '../state/ui-store.ts';
import { Button } from '../ui/Button.tsx';
import { ModalDialog } from '../ui/ModalDialog.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { themeNames } from '../ui/theme.ts';
import { AccountSettings } from './AccountSettings.tsx';
import { CaFileSettings } from './CaFileSettings.tsx';
import { ProxySettings } from './ProxySettings.tsx';
import { ProxySignIn } from './ProxySignIn.tsx';

function close(): void {
  useUi.setState({ isSettingsOpen: false });
}

const reconnectTexts: Readonly<Record<Settings['reconnect'], string>> = {
  ask: 'Wait until I press Reconnect',
  automatic: 'Connect again by itself, up to six times',
};

function SettingsBody(): ReactNode {
  const settings = useAppState((state) => state.settings);
  return (
    <div className="modal-body">
      <section className="settings-part" aria-label="General">
        <h3>General</h3>
        <RadioChoices
          legend="Theme"
          value={settings.theme}
          choices={themeSchema.options.map((value) => ({ value, text: themeNames[value] }))}
          onChange={(theme) => saveSettings({ theme })}
        />
        <RadioChoices
          legend="When an SSH session is lost"
          value={settings.reconnect}
          isStacked
          choices={reconnectPolicySchema.options.map((value) => ({ value, text: reconnectTexts[value] }))}
          onChange={(reconnect) => saveSettings({ reconnect })}
        />
      </section>
      <AccountSettings />
      <section className="settings-part" aria-label="Network">
        <h3>Network</h3>
        <p className="soft small">
          Changes hold for new connections; open ones stay. A proxy or a file of authorities is confirmed in a
          window of its own.
        </p>
        <ProxySettings setting={settings.network.proxy} />
        <ProxySignIn setting={settings.network.proxy} />
        <CaFileSettings caFile={settings.network.caFile} />
      </section>
    </div>
  );
}

/** The settings, while they are open; rendered once, at the root, also before anybody is signed in. */
export function SettingsDialog(): ReactNode {
  const isOpen = useUi((ui) => ui.isSettingsOpen);
  if (!isOpen) return null;
  return (
    <ModalDialog title="Settings" isWide onClose={close}>
      <SettingsBody />
      <div className="modal-foot">
        <Button kind="primary" onPress={close}>
          Done
        </Button>
      </div>
    </ModalDialog>
  );
}
