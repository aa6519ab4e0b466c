import type { ReactNode } from 'react';
import type { Preferences } from '../../shared/preferences.ts';
import { reconnectPolicySchema, type Settings } from '../../shared/state.ts';
import { run, saveSettings } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { RadioChoices } from '../ui/RadioChoices.tsx';

const reconnectTexts: Readonly<Record<Settings['reconnect'], string>> = {
  ask: 'Wait until I press Reconnect',
  automatic: 'Connect again by itself, up to six times',
};

const warmUpTexts: Readonly<Record<Preferences['warmUp'], string>> = {
  on: 'Make the way to its Bastion ready, so that connecting is quicker; no session is opened',
  off: 'Do nothing before I connect',
};

/** What happens when a session is lost, and before one is opened. */
export function ConnectionSettings(): ReactNode {
  const reconnect = useAppState((state) => state.settings.reconnect);
  const warmUp = useAppState((state) => state.preferences.warmUp);
  return (
    <>
      <RadioChoices
        legend="When an SSH session is lost"
        value={reconnect}
        isStacked
        choices={reconnectPolicySchema.options.map((value) => ({ value, text: reconnectTexts[value] }))}
        onChange={(chosen) => saveSettings({ reconnect: chosen })}
      />
      <RadioChoices
        legend="While the page of a machine is in view"
        value={warmUp}
        isStacked
        choices={(['on', 'off'] as const).map((value) => ({ value, text: warmUpTexts[value] }))}
        onChange={(chosen) => void run(bridge().calls['preferences:set-warm-up'](chosen))}
      />
    </>
  );
}
