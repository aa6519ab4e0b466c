import type { LocalData } from '../profiles/local-data.ts';
import type { StateStore } from '../state/state-store.ts';
import { findLocalKeys, type LocalKey } from './local-keys.ts';

/** Private keys that may be used: those in ~/.ssh and those a person has chosen in the system's dialog. */
export class KeyList {
  private readonly folder: string;
  private readonly localData: LocalData;
  private readonly state: StateStore;

  constructor(folder: string, localData: LocalData, state: StateStore) {
    this.folder = folder;
    this.localData = localData;
    this.state = state;
  }

  async list(): Promise<readonly LocalKey[]> {
    const found = await findLocalKeys(this.folder);
    const chosen = this.localData.keyPaths.filter((path) => !found.some((key) => key.path === path));
    return [...found, ...chosen.map((path) => ({ path, comment: '' }))];
  }

  /** Whether a path was offered by this process: a page cannot make it read any other file. */
  async isKnown(path: string): Promise<boolean> {
    if ((await this.list()).some((key) => key.path === path)) return true;
    return Object.values(this.state.current.profiles).some((profile) => profile.keyPath === path);
  }

  async add(path: string): Promise<void> {
    await this.localData.addKeyPath(path);
  }
}
