import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { type Profile, type ProfileDraft, profileSchema } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { StateStore } from '../state/state-store.ts';
import { JsonFile } from './json-file.ts';
import { TurnQueue } from './turn-queue.ts';

const fileSchema = z.object({ version: z.literal(1), profiles: z.array(profileSchema) });

/**
 * Saved connections: in the state for the window, in one file on disk. What cannot be saved is not shown as saved.
 * Changes are made one after the other, each from what the one before has left, so that none is lost.
 */
export class ProfileStore {
  private readonly path: string;
  private readonly file: JsonFile<z.infer<typeof fileSchema>>;
  private readonly state: StateStore;
  private readonly turns = new TurnQueue();

  constructor(path: string, state: StateStore) {
    this.path = path;
    this.file = new JsonFile(path, fileSchema);
    this.state = state;
  }

  /** Reads the file; one that is damaged or cannot be read is told about. */
  async load(): Promise<void> {
    const loaded = await this.file.load();
    if (loaded.kind === 'value') {
      this.state.replaceAll(
        'profiles',
        Object.fromEntries(loaded.value.profiles.map((profile) => [profile.id, profile])),
      );
    }
    if (loaded.kind === 'damaged') {
      this.warn(
        'The file of saved connections was damaged and has been set aside; nothing in it was changed.',
        `${loaded.asidePath}: ${loaded.reason}`,
      );
    }
    if (loaded.kind === 'unreadable') {
      this.warn(
        'The file of saved connections cannot be read. It was left as it is, so changes cannot be saved until it can be read and the app is restarted.',
        `${this.path}: ${loaded.reason}`,
      );
    }
  }

  get(id: string): Result<Profile> {
    const { profiles } = this.state.current;
    const profile = Object.hasOwn(profiles, id) ? profiles[id] : undefined;
    return profile === undefined ? err(appError('profile-not-found')) : ok(profile);
  }

  /** Adds a profile, or changes the one with this id. */
  save(id: string | null, draft: ProfileDraft): Promise<Result<{ id: string }>> {
    return this.turns.run(async () => {
      const before = id === null ? null : this.get(id);
      if (before?.ok === false) return before;
      const profile: Profile = { ...draft, id: id ?? randomUUID() };
      const saved = await this.write({ ...this.state.current.profiles, [profile.id]: profile });
      if (!saved.ok) return saved;
      this.state.upsert('profiles', profile.id, profile);
      return ok({ id: profile.id });
    });
  }

  delete(id: string): Promise<Result<null>> {
    return this.turns.run(async () => {
      const found = this.get(id);
      if (!found.ok) return found;
      const { [id]: _gone, ...rest } = this.state.current.profiles;
      const saved = await this.write(rest);
      if (saved.ok) this.state.remove('profiles', [id]);
      return saved;
    });
  }

  private write(profiles: Readonly<Record<string, Profile>>): Promise<Result<null>> {
    return this.file.save({ version: 1, profiles: Object.values(profiles) });
  }

  private warn(text: string, detail: string): void {
    this.state.upsert('notices', 'profiles-damaged', { id: 'profiles-damaged', tone: 'error', text, detail });
  }
}
