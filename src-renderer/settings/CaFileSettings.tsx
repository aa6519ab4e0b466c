import { type ReactNode, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';

/** A file of certificate authorities that are trusted beside those of the system. */
export function CaFileSettings({ caFile }: { readonly caFile: string | null }): ReactNode {
  const [error, setError] = useState<AppError | null>(null);
  const [isChanged, setChanged] = useState(false);

  async function change(call: Promise<Result<unknown>>): Promise<void> {
    setError(null);
    const result = await call;
    if (!result.ok) setError(result.error);
    else if (result.value !== null || caFile !== null) setChanged(true);
  }

  return (
    <section className="settings-group" aria-label="Certificate authorities">
      <p className="field-label">Certificate authorities that are trusted as well</p>
      <div className="button-row">
        <span className={caFile === null ? 'soft' : 'mono selectable ca-path'}>{caFile ?? 'none'}</span>
        <Button onPress={() => void change(bridge().calls['network:choose-ca-file'](null))}>
          Choose file…
        </Button>
        {caFile !== null && (
          <Button kind="quiet" onPress={() => void change(bridge().calls['network:forget-ca-file'](null))}>
            Forget file
          </Button>
        )}
      </div>
      {isChanged && <output className="soft small">It holds from the next start of the app.</output>}
      {error !== null && <ErrorBlock error={error} />}
    </section>
  );
}
