import { type ReactNode, useState } from 'react';
import { type CloudKey, cloudKeySchema } from '../../shared/account.ts';
import type { AppError } from '../../shared/errors.ts';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { fixedBy } from './registration-words.ts';

const cloudNames: Readonly<Record<CloudKey, string>> = {
  public: 'Azure',
  'us-government': 'Azure US Government',
  china: 'Azure China',
};

/** Which cloud is used from the next start. */
export function CloudChoice(): ReactNode {
  const cloud = useAppState((state) => state.cloud);
  const { cloudFrom, nextCloud } = useAppState((state) => state.identity);
  const [error, setError] = useState<AppError | null>(null);
  if (cloudFrom !== 'user') {
    return (
      <div className="settings-group">
        <p className="field-label">Cloud</p>
        <p>{cloud.name}</p>
        <p className="soft small">{fixedBy(cloudFrom)}</p>
      </div>
    );
  }
  const isWaiting = cloudNames[nextCloud] !== cloud.name;
  return (
    <div className="settings-group">
      <RadioChoices
        legend="Cloud"
        value={nextCloud}
        choices={cloudKeySchema.options.map((value) => ({ value, text: cloudNames[value] }))}
        onChange={(wanted) => {
          setError(null);
          void bridge()
            .calls['account:set-cloud']({ cloud: wanted })
            .then((result) => {
              if (!result.ok) setError(result.error);
            });
        }}
      />
      {isWaiting && (
        <div className="button-row">
          <output className="small">
            {cloudNames[nextCloud]} is used from the next start. Its accounts are its own; yours stay signed
            in for {cloud.name}.
          </output>
          <Button onPress={() => void run(bridge().calls['account:restart'](null))}>Restart now</Button>
        </div>
      )}
      {error !== null && <ErrorBlock error={error} />}
    </div>
  );
}
