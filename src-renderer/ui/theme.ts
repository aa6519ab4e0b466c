import type { Settings } from '../../shared/state.ts';
import { useMirror } from '../state/app-store.ts';

/** The themes as they are shown. */
export const themeNames = { system: 'System', light: 'Light', dark: 'Dark' } as const;

const darkQuery = '(prefers-color-scheme: dark)';

/** True if the window is dark: by the settings, else by the system. */
export function isDarkNow(): boolean {
  const theme = useMirror.getState().snapshot?.state.settings.theme ?? 'system';
  return theme === 'system' ? window.matchMedia(darkQuery).matches : theme === 'dark';
}

/** Calls back when light and dark change, whoever changed them. Returns the function that ends it. */
export function onDarkChange(listener: (isDark: boolean) => void): () => void {
  let last = isDarkNow();
  const check = () => {
    const now = isDarkNow();
    if (now === last) return;
    last = now;
    listener(now);
  };
  const list = window.matchMedia(darkQuery);
  list.addEventListener('change', check);
  const stop = useMirror.subscribe(check);
  return () => {
    list.removeEventListener('change', check);
    stop();
  };
}

/** Lets the style sheet follow the settings. */
export function applyTheme(theme: Settings['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
