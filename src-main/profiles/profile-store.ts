import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { type Profile, type ProfileDraft, profileSchema } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { StateStore } from '../state/state-store.ts';
import { JsonFile } from './json-file.ts';

const fileSchema = z.object({ version: z.literal(1), profiles: z.array(profileSchema) });

/** Saved connections: in the state for the window, in one file on disk. What cannot be saved is not shown as saved. */
export class ProfileStore {
  private readonly file: JsonFile<z.infer<typeof fileSchema>>;
  private readonly state: StateStore;

  constructor(path: string, state: StateStore) {
    this.file = new JsonFile(path, fileSchema);
    this.state = state;
  }

  /** Reads the file; a damaged one is set aside and told about. */
  async load(): Promise<void> {
    const loaded = await this.file.load();
    if (loaded.kind === 'value') {
      this.state.replaceAll(
        'profiles',
        Object.fromEntries(loaded.value.profiles.map((profile) => [profile.id, profile])),
      );
    }
    if (loaded.kind === 'damaged') {
      this.state.upsert('notices', 'profiles-damaged', {
        id: 'profiles-damaged',
        tone: 'error',
        text: 'The file of saved connections was damaged and has been set aside; nothing in it was changed.',
        detail: `${loaded.asidePath}: ${loaded.reason}`,
      });
    }
  }

  get(id: string): Result<Profile> {
    const profile = this.state.current.profiles[id];
    return profile === undefined ? err(appError('profile-not-found')) : ok(profile);
  }

  /** Adds a profile, or changes the one with this id. */
  async save(id: string | null, draft: ProfileDraft): Promise<Result<{ id: string }>> {
    if (id !== null && this.state.current.profiles[id] === undefined)
      return err(appError('profile-not-found'));
    const profile: Profile = { ...draft, id: id ?? randomUUID() };
    const saved = await this.write({ ...this.state.current.profiles, [profile.id]: profile });
    if (!saved.ok) return saved;
    this.state.upsert('profiles', profile.id, profile);
    return ok({ id: profile.id });
  }

  async delete(id: string): Promise<Result<null>> {
    const { [id]: gone, ...rest } = this.state.current.profiles;
    if (gone === undefined) return err(appError('profile-not-found'));
    const saved = await this.write(rest);
    if (saved.ok) this.state.remove('profiles', [id]);
    return saved;
  }

  private write(profiles: Readonly<Record<string, Profile>>): Promise<Result<null>> {
    return this.file.save({ version: 1, profiles: Object.values(profiles) });
  }
}
