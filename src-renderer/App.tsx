import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useMirror } from './state/app-store.ts';
import { ErrorBlock } from './ui/ErrorBlock.tsx';
import { Shell } from './ui/Shell.tsx';
import { applyTheme } from './ui/theme.ts';

/** The root: waits for the first snapshot, then shows the window. */
export function App(): ReactNode {
  const isReady = useMirror((mirror) => mirror.snapshot !== null);
  const error = useMirror((mirror) => mirror.error);
  const theme = useMirror((mirror) => mirror.snapshot?.state.settings.theme ?? 'system');
  useEffect(() => applyTheme(theme), [theme]);
  if (isReady) return <Shell />;
  return (
    <main className="empty">
      {error === null ? (
        <output className="waiting">
          <LoaderCircle className="icon spin" aria-hidden />
          Starting…
        </output>
      ) : (
        <ErrorBlock error={error} />
      )}
    </main>
  );
}
