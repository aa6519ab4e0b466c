import { Check, ChevronDown, CircleAlert, CircleCheck, CircleUser } from 'lucide-react';
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
import { openAccounts, openSettings, run, saveSettings } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { plural } from '../ui/format.ts';
import { themeNames } from '../ui/theme.ts';

/** Who is signed in, and how each account is; behind it the theme, the settings and signing out. */
export function AccountMenu(): ReactNode {
  const account = useAppState((state) => state.account);
  const theme = useAppState((state) => state.settings.theme);
  const settingsKey = useShortcut('settings');
  const version = useAppState((state) => state.version);
  const accounts = useAppState((state) => state.accounts);
  const signedIn = Object.values(accounts);
  const isSignedIn = account.kind === 'signed-in';
  const needsAttention = signedIn.some((each) => each.state === 'attention');
  const more = signedIn.length > 1 ? ` and ${plural(signedIn.length - 1, 'more account')}` : '';
  const name = isSignedIn ? `${account.username}${more}` : 'Not signed in';
  const label = needsAttention ? `Account: ${name}, needs attention` : `Account: ${name}`;
  return (
    <MenuTrigger>
      <Button className="title-button" aria-label={label}>
        {needsAttention ? (
          <CircleAlert className="icon warn" aria-hidden />
        ) : (
          <CircleUser className="icon" aria-hidden />
        )}
        <span className="title-name">{name}</span>
        <ChevronDown className="icon soft" aria-hidden />
      </Button>
      <Popover className="popover" placement="bottom start" offset={4}>
        <Menu className="menu" aria-label="Account">
          {signedIn.length > 0 && (
            <MenuSection>
              <Header className="menu-header">Accounts</Header>
              {signedIn.map((each) => (
                <MenuItem
                  key={each.id}
                  id={each.id}
                  className="menu-item"
                  textValue={each.username}
                  onAction={openAccounts}
                >
                  {each.state === 'ready' ? (
                    <CircleCheck className="icon good" aria-hidden />
                  ) : (
                    <CircleAlert className="icon warn" aria-hidden />
                  )}
                  <Text slot="label">{each.username}</Text>
                  <span className="soft small">
                    {each.state === 'ready' ? 'Signed in' : 'Needs attention'}
                  </span>
                </MenuItem>
              ))}
            </MenuSection>
          )}
          {signedIn.length > 0 && <Separator className="menu-separator" />}
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
            <kbd>{settingsKey}</kbd>
          </MenuItem>
          {isSignedIn && (
            <MenuItem id="add" className="menu-item" textValue="Add an account…" onAction={openAccounts}>
              <Text slot="label">Add an account…</Text>
            </MenuItem>
          )}
          {signedIn.length === 1 && (
            <MenuItem
              id="sign-out"
              className="menu-item"
              textValue="Sign out"
              onAction={() => {
                const [only] = signedIn;
                if (only !== undefined) void run(bridge().calls['account:sign-out']({ accountId: only.id }));
              }}
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
