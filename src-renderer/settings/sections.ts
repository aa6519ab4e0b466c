import type { ReactNode } from 'react';
import { AboutSettings } from './AboutSettings.tsx';
import { AccountSettings } from './AccountSettings.tsx';
import { AppearanceSettings } from './AppearanceSettings.tsx';
import { ConnectionSettings } from './ConnectionSettings.tsx';
import { NetworkSettings } from './NetworkSettings.tsx';
import { ShortcutSettings } from './ShortcutSettings.tsx';

/** A part of the settings. */
export interface SettingsSection {
  readonly id: string;
  readonly title: string;
  readonly Content: () => ReactNode;
}

/** All parts, in the order in which they are shown. Each must work before anybody is signed in. */
export const settingsSections: readonly SettingsSection[] = [
  { id: 'appearance', title: 'Appearance', Content: AppearanceSettings },
  { id: 'connections', title: 'Connections', Content: ConnectionSettings },
  { id: 'account', title: 'Account and cloud', Content: AccountSettings },
  { id: 'network', title: 'Network', Content: NetworkSettings },
  { id: 'shortcuts', title: 'Shortcuts', Content: ShortcutSettings },
  { id: 'about', title: 'About', Content: AboutSettings },
];
