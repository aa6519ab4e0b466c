import { type ReactNode, useState } from 'react';
import type { TokenPlace } from '../../shared/account.ts';
import type { AppError } from '../../shared/errors.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { WarningNote } from '../ui/WarningNote.tsx';
import { fixedBy } from './registration-words.ts';

const placeTexts: Readonly<Record<TokenPlace, string>> = {
  encrypted: 'Encrypted on this computer, with a key in the system’s keyring.',
  memory: 'In memory only: it ends with the app, because no keyring was found.',
  plain: 'In a file that is not encrypted. Only your user may read it.',
};

/** Where the sign-in is kept, and the choice that there is without a keyring. */
export function TokenPlaceSettings(): ReactNode {
  const { tokenPlace, mayKeepPlain, plainFrom, registration } = useAppState((state) => state.identity);
  const [error, setError] = useState<AppError | null>(null);
  const usesAz = registration?.kind === 'az';

  async function keepPlain(isOn: boolean): Promise<void> {
    setError(null);
    const result = await bridge().calls['account:set-plain-cache']({ isOn });
    if (!result.ok) setError(result.error);
  }

  return (
    <section className="settings-group" aria-label="Where the sign-in is kept">
      <p className="field-label">Where the sign-in is kept</p>
      <p>{usesAz ? 'The Azure CLI keeps it; Sallyport has it in memory only.' : placeTexts[tokenPlace]}</p>
      {tokenPlace === 'memory' && !usesAz && plainFrom === 'policy' && (
        <p className="soft small">{fixedBy('policy')}</p>
      )}
      {tokenPlace === 'memory' && !usesAz && mayKeepPlain && (
        <>
          <WarningNote>
            A keyring (GNOME Keyring, KWallet) is the safe way to stay signed in. Without encryption, whoever
            can read your files can use Azure as you.
          </WarningNote>
          <div className="button-row">
            <Button onPress={() => void keepPlain(true)}>Keep it without encryption…</Button>
          </div>
        </>
      )}
      {tokenPlace === 'plain' && (
        <div className="button-row">
          <Button onPress={() => void keepPlain(false)}>Delete the file and keep it in memory</Button>
        </div>
      )}
      {error !== null && <ErrorBlock error={error} />}
    </section>
  );
}
