import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import {
  type GroupBy,
  type Preferences,
  preferencesSchema,
  recentLimit,
  type SavedFilter,
  usualPreferences,
} from '../../shared/preferences.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Command, shortcutConflict, usualShortcuts } from '../../shared/shortcuts.ts';
import { JsonFile } from '../profiles/json-file.ts';
import { TurnQueue } from '../profiles/turn-queue.ts';
import type { StateStore } from '../state/state-store.ts';

const fileSchema = z.object({
  version: z.literal(1),
  // What an earlier version has not written is as usual.
  preferences: preferencesSchema.partial(),
});

/**
 * What the user has arranged: favourites, latest machines, filters, order of the list, keys. In the state for the window, in
 * one file on disk. A change that cannot be saved is not made.
 */
export class PreferenceStore {
  private readonly path: string;
  private readonly file: JsonFile<z.infer<typeof fileSchema>>;
  private readonly state: StateStore;
  private readonly nowMs: () => number;
  private readonly turns = new TurnQueue();

  constructor(path: string, state: StateStore, nowMs: () => number = Date.now) {
    this.path = path;
    this.file = new JsonFile(path, fileSchema);
    this.state = state;
    this.nowMs = nowMs;
  }

  /** Reads the file; one that is damaged or cannot be read is told about. */
  async load(): Promise<void> {
    const loaded = await this.file.load();
    if (loaded.kind === 'value') {
      const known = Object.fromEntries(
        Object.entries(loaded.value.preferences).filter(([, value]) => value !== undefined),
      );
      this.state.set('preferences', { ...usualPreferences, ...known });
    }
    if (loaded.kind === 'damaged') {
      this.warn(
        'The file of favourites, filters and shortcuts was damaged and has been set aside; the usual ones are used.',
        `${loaded.asidePath}: ${loaded.reason}`,
      );
    }
    if (loaded.kind === 'unreadable') {
      this.warn(
        'The file of favourites, filters and shortcuts cannot be read. It was left as it is, so changes cannot be saved until it can be read and the app is restarted.',
        `${this.path}: ${loaded.reason}`,
      );
    }
  }

  /** Adds a machine at the end of the favourites, or takes it away. */
  setFavourite(vmId: string, isFavourite: boolean): Promise<Result<null>> {
    const id = vmId.toLowerCase();
    return this.change(({ favourites }) => {
      if (favourites.includes(id) === isFavourite) return {};
      return { favourites: isFavourite ? [...favourites, id] : favourites.filter((other) => other !== id) };
    });
  }

  /** Puts a machine at the head of the latest ones. */
  visit(vmId: string): Promise<Result<null>> {
    const id = vmId.toLowerCase();
    return this.change(({ recents }) => ({
      recents: [{ vmId: id, atMs: this.nowMs() }, ...recents.filter((entry) => entry.vmId !== id)].slice(
        0,
        recentLimit,
      ),
    }));
  }

  clearRecents(): Promise<Result<null>> {
    return this.change(() => ({ recents: [] }));
  }

  /** Adds a filter, or replaces the one of the same name. */
  saveFilter(filter: SavedFilter): Promise<Result<null>> {
    return this.change(({ savedFilters }) => {
      const isKnown = savedFilters.some((other) => other.name === filter.name);
      return {
        savedFilters: isKnown
          ? savedFilters.map((other) => (other.name === filter.name ? filter : other))
          : [...savedFilters, filter],
      };
    });
  }

  deleteFilter(name: string): Promise<Result<null>> {
    return this.change(({ savedFilters }) => ({
      savedFilters: savedFilters.filter((filter) => filter.name !== name),
    }));
  }

  setGroupBy(groupBy: GroupBy): Promise<Result<null>> {
    return this.change(() => ({ groupBy }));
  }

  setWarmUp(warmUp: Preferences['warmUp']): Promise<Result<null>> {
    return this.change(() => ({ warmUp }));
  }

  /** Gives a command another key, or with null the usual one again. A key that is taken is refused. */
  setShortcut(command: Command, accelerator: string | null): Promise<Result<null>> {
    return this.turns.run(() => {
      const { shortcuts } = this.state.current.preferences;
      const wanted = accelerator ?? usualShortcuts[command];
      if (shortcutConflict(shortcuts, command, wanted) !== null) {
        return Promise.resolve(err(appError('shortcut-taken', { detail: `${command}: ${wanted}` })));
      }
      const { [command]: _before, ...others } = shortcuts;
      const isUsual = wanted === usualShortcuts[command];
      return this.save({ shortcuts: isUsual ? others : { ...others, [command]: wanted } });
    });
  }

  private change(make: (before: Preferences) => Partial<Preferences>): Promise<Result<null>> {
    return this.turns.run(() => this.save(make(this.state.current.preferences)));
  }

  private async save(change: Partial<Preferences>): Promise<Result<null>> {
    if (Object.keys(change).length === 0) return ok(null);
    const preferences = { ...this.state.current.preferences, ...change };
    const saved = await this.file.save({ version: 1, preferences });
    if (saved.ok) this.state.set('preferences', preferences);
    return saved;
  }

  private warn(text: string, detail: string): void {
    const id = 'preferences-damaged';
    this.state.upsert('notices', id, { id, tone: 'error', text, detail });
  }
}
