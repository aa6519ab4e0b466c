import { type Command, shortcutConflict } from '../../shared/shortcuts.ts';
import { acceleratorText, commandName } from '../state/shortcuts.ts';
import type { AppState } from '../../shared/state.ts';

/** Why a command cannot have a key, in a sentence; null: it can. */
export function shortcutProblem(
  overrides: AppState['preferences']['shortcuts'],
  command: Command,
  accelerator: string,
  platform: AppState['platform'],
): string | null {
  const conflict = shortcutConflict(overrides, command, accelerator);
  if (conflict === null) return null;
  const key = acceleratorText(accelerator, platform);
  return conflict === 'reserved'
    ? `${key} edits text or belongs to the system.`
    : `${key} is too close to the key of “${commandName(conflict)}”, here or inside a terminal.`;
}
