import { Check, ChevronDown, CircleUser } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
  Text,
} from 'react-aria-components';
import { themeSchema } from '../../shared/state.ts';
import { openSettings, run, saveSettings, signIn } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { shortcutText } from '../state/shortcuts.ts';
import { themeNames } from '../ui/theme.ts';

/** Who is signed in; behind it the theme, the settings and signing out. */
export function AccountMenu(): ReactNode {
  const account = useAppState((state) => state.account);
  const theme = useAppState((state) => state.settings.theme);
  const platform = useAppState((state) => state.platform);
  const version = useAppState((state) => state.version);
  const name = account.kind === 'signed-in' ? account.username : 'Not signed in';
  return (
    <MenuTrigger>
      <Button className="title-button" aria-label={`Account: ${name}`}>
        <CircleUser className="icon" aria-hidden />
        <span className="title-name">{name}</span>
        <ChevronDown className="icon soft" aria-hidden />
      </Button>
      <Popover className="popover" placement="bottom start" offset={4}>
        <Menu className="menu" aria-label="Account">
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[theme]}
            onSelectionChange={(keys) => {
              const chosen = themeSchema.safeParse(keys === 'all' ? null : [...keys][0]);
              if (chosen.success) saveSettings({ theme: chosen.data });
            }}
          >
            <Header className="menu-header">Theme</Header>
            {themeSchema.options.map((option) => (
              <MenuItem key={option} id={option} className="menu-item" textValue={themeNames[option]}>
                <Check
                  className="icon"
                  aria-hidden
                  style={{ visibility: option === theme ? 'visible' : 'hidden' }}
                />
                <Text slot="label">{themeNames[option]}</Text>
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className="menu-separator" />
          <MenuItem id="settings" className="menu-item" textValue="Settings…" onAction={openSettings}>
            <Text slot="label">Settings…</Text>
            <kbd>{shortcutText('settings', platform)}</kbd>
          </MenuItem>
          {account.kind === 'signed-in' && (
            <MenuItem
              id="sign-in"
              className="menu-item"
              textValue="Sign in again"
              onAction={() => signIn('browser')}
            >
              <Text slot="label">Sign in again</Text>
            </MenuItem>
          )}
          {account.kind === 'signed-in' && (
            <MenuItem
              id="sign-out"
              className="menu-item"
              textValue="Sign out"
              onAction={() => void run(bridge().calls['account:sign-out'](null))}
            >
              <Text slot="label">Sign out</Text>
            </MenuItem>
          )}
          <MenuItem id="version" className="menu-item" textValue={`Version ${version}`} isDisabled>
            <Text slot="label">Version {version}</Text>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
