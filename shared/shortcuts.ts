import { z } from 'zod';

/** Everything that a key can be given to. */
export const commandSchema = z.enum([
  'palette',
  'new-tab',
  'filter',
  'close-tab',
  'next-tab',
  'previous-tab',
  'toggle-panel',
  'toggle-sidebar',
  'toggle-favourite',
  'add-hosts',
  'refresh',
  'run-checks',
  'settings',
]);
export type Command = z.infer<typeof commandSchema>;

/**
 * A key as it is written down: `Mod+K`, `Mod+Shift+D`, `F5`, `Ctrl+Tab`. `Mod` is ⌘ on macOS and Ctrl elsewhere. Inside a
 * terminal the same key takes Shift as well on Windows and Linux, so Shift alone does not tell two commands apart.
 */
export const acceleratorSchema = z
  .string()
  .regex(/^(?:Mod\+(?:Shift\+)?(?:F\d{1,2}|[^\s+a-z])|(?:Shift\+)?F\d{1,2}|Ctrl\+(?:Shift\+)?Tab)$/);

/** The keys that a new user has. */
export const usualShortcuts: Readonly<Record<Command, string>> = {
  palette: 'Mod+K',
  'new-tab': 'Mod+T',
  filter: 'Mod+F',
  'close-tab': 'Mod+W',
  'next-tab': 'Ctrl+Tab',
  'previous-tab': 'Ctrl+Shift+Tab',
  'toggle-panel': 'Mod+J',
  'toggle-sidebar': 'Mod+B',
  'toggle-favourite': 'Mod+D',
  'add-hosts': 'Mod+N',
  refresh: 'F5',
  'run-checks': 'F1',
  settings: 'Mod+,',
};

/** Keys that edit text, or that macOS keeps for itself. */
const reservedKeys: ReadonlySet<string> = new Set('ACVXYZHMQ');

/** What must differ between two commands: the key without its modifiers; with Tab, also the direction. */
function keyOf(accelerator: string): string {
  return accelerator.endsWith('Tab') ? accelerator : (accelerator.split('+').at(-1) ?? accelerator);
}

/** The keys in force: the user's own where they can be read, else the usual ones. */
export function resolveShortcuts(
  overrides: Readonly<Record<string, string>>,
): Readonly<Record<Command, string>> {
  const own = Object.entries(overrides).filter(
    ([command, accelerator]) =>
      commandSchema.safeParse(command).success && acceleratorSchema.safeParse(accelerator).success,
  );
  return { ...usualShortcuts, ...Object.fromEntries(own) };
}

/** Why a command cannot have a key: it edits text or belongs to the system, or another command has it. Null: it can. */
export function shortcutConflict(
  overrides: Readonly<Record<string, string>>,
  command: Command,
  accelerator: string,
): 'reserved' | Command | null {
  const key = keyOf(accelerator);
  if (reservedKeys.has(key)) return 'reserved';
  const all = Object.entries(resolveShortcuts(overrides)) as [Command, string][];
  return all.find(([other, taken]) => other !== command && keyOf(taken) === key)?.[0] ?? null;
}
