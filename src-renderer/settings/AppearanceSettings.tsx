import type { ReactNode } from 'react';
import { themeSchema } from '../../shared/state.ts';
import { saveSettings } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { themeNames } from '../ui/theme.ts';

/** Light or dark. */
export function AppearanceSettings(): ReactNode {
  const theme = useAppState((state) => state.settings.theme);
  return (
    <RadioChoices
      legend="Theme"
      value={theme}
      choices={themeSchema.options.map((value) => ({ value, text: themeNames[value] }))}
      onChange={(chosen) => saveSettings({ theme: chosen })}
    />
  );
}
