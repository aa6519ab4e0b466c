import { join } from 'node:path';
import { z } from 'zod';
import type { Result } from '../../shared/result.ts';
import { type Settings, settingsSchema, usualSettings } from '../../shared/state.ts';
import { authMethodSchema } from '../../shared/vm-detail.ts';
import { type WindowPlace, windowPlaceSchema } from '../desktop/window-place.ts';
import type { Log } from '../log/logger.ts';
import type { LastSuccess } from '../ssh/sign-in-plan.ts';
import { JsonFile } from './json-file.ts';

const lastSuccessSchema = z.object({
  user: z.string(),
  method: authMethodSchema,
  keyPath: z.string().nullable(),
  port: z.number().int(),
});

const dataSchema = z.object({
  version: z.literal(1),
  settings: settingsSchema,
  windowPlace: windowPlaceSchema.nullable(),
  /** By lower-cased resource id. */
  lastSuccess: z.record(z.string(), lastSuccessSchema),
  /** Private keys that the user has chosen in the file dialog. */
  keyPaths: z.array(z.string()),
});
type Data = z.infer<typeof dataSchema>;

const emptyData: Data = {
  version: 1,
  settings: usualSettings,
  windowPlace: null,
  lastSuccess: {},
  keyPaths: [],
};

/** Small things the app remembers between runs. None of them is a secret; losing them costs convenience only. */
export class LocalData {
  private readonly file: JsonFile<Data>;
  private readonly log: Log;
  private data: Data = emptyData;

  constructor(folder: string, log: Log) {
    this.file = new JsonFile(join(folder, 'local-data.json'), dataSchema);
    this.log = log;
  }

  /** Reads the file; returns where a damaged one was set aside. */
  async load(): Promise<string | null> {
    const loaded = await this.file.load();
    if (loaded.kind === 'value') this.data = loaded.value;
    return loaded.kind === 'damaged' ? loaded.asidePath : null;
  }

  get settings(): Settings {
    return this.data.settings;
  }

  get windowPlace(): WindowPlace | null {
    return this.data.windowPlace;
  }

  get keyPaths(): readonly string[] {
    return this.data.keyPaths;
  }

  lastSuccessOf(vmId: string): LastSuccess | null {
    return this.data.lastSuccess[vmId] ?? null;
  }

  saveSettings(settings: Settings): Promise<Result<null>> {
    return this.save({ settings });
  }

  saveWindowPlace(windowPlace: WindowPlace): Promise<Result<null>> {
    return this.save({ windowPlace });
  }

  saveLastSuccess(vmId: string, success: LastSuccess): Promise<Result<null>> {
    return this.save({ lastSuccess: { ...this.data.lastSuccess, [vmId]: success } });
  }

  addKeyPath(path: string): Promise<Result<null>> {
    return this.save({
      keyPaths: [path, ...this.data.keyPaths.filter((each) => each !== path)].slice(0, 20),
    });
  }

  private async save(change: Partial<Data>): Promise<Result<null>> {
    this.data = { ...this.data, ...change };
    const saved = await this.file.save(this.data);
    if (!saved.ok) this.log.warn('local-data-not-saved', { detail: saved.error.detail });
    return saved;
  }
}
