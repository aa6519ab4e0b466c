import {
  type AppState,
  type CollectionName,
  inPlaceCollections,
  type Patch,
  type Snapshot,
  type ValueName,
} from '../../shared/state.ts';

type Entry<C extends CollectionName> = AppState[C][string];
type PatchBody = {
  values: Partial<Record<ValueName, unknown>>;
  upserts: Partial<Record<CollectionName, Record<string, unknown>>>;
  removals: Partial<Record<CollectionName, string[]>>;
};

const emptyBody = (): PatchBody => ({ values: {}, upserts: {}, removals: {} });

/**
 * The one state of the app, owned by main. Changes made in one turn of the event loop leave as one numbered patch.
 * A listener gets patches from the next number after the snapshot it read. Machines are changed in place
 * ({@link inPlaceCollections}): the object that holds them is always the same one.
 */
export class StateStore {
  private state: AppState;
  private sequence = 0;
  private body: PatchBody | null = null;
  private readonly waiting: (() => void)[] = [];
  private readonly listeners = new Set<(patch: Patch) => void>();
  private readonly schedule: (flush: () => void) => void;

  constructor(initial: AppState, schedule: (flush: () => void) => void = (flush) => setTimeout(flush, 16)) {
    this.state = initial;
    this.schedule = schedule;
  }

  get current(): AppState {
    return this.state;
  }

  /**
   * The state and the number of the last patch that is in it. Pending changes are sent first. It is for sending away at
   * once: it goes on changing with the state.
   */
  snapshot(): Snapshot {
    this.flush();
    return { sequence: this.sequence, state: this.state };
  }

  set<V extends ValueName>(name: V, value: AppState[V]): void {
    this.state = { ...this.state, [name]: value };
    this.pending().values[name] = value;
  }

  upsert<C extends CollectionName>(collection: C, id: string, entry: Entry<C>): void {
    this.upsertAll(collection, { [id]: entry } as AppState[C]);
  }

  upsertAll<C extends CollectionName>(collection: C, entries: AppState[C]): void {
    if (inPlaceCollections.has(collection)) Object.assign(this.state[collection], entries);
    else this.state = { ...this.state, [collection]: { ...this.state[collection], ...entries } };
    const body = this.pending();
    body.upserts[collection] = Object.assign(body.upserts[collection] ?? {}, entries);
    const removed = body.removals[collection];
    if (removed !== undefined) body.removals[collection] = removed.filter((id) => !(id in entries));
  }

  /** Changes an entry if it exists. */
  update<C extends CollectionName>(collection: C, id: string, change: (entry: Entry<C>) => Entry<C>): void {
    const entry = (this.state[collection] as Record<string, Entry<C>>)[id];
    if (entry !== undefined) this.upsert(collection, id, change(entry));
  }

  remove(collection: CollectionName, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const isInPlace = inPlaceCollections.has(collection);
    const rest: Record<string, unknown> = isInPlace ? this.state[collection] : { ...this.state[collection] };
    const body = this.pending();
    const upserts = { ...body.upserts[collection] };
    for (const id of ids) {
      delete rest[id];
      delete upserts[id];
    }
    if (!isInPlace) this.state = { ...this.state, [collection]: rest };
    body.upserts[collection] = upserts;
    body.removals[collection] = [...(body.removals[collection] ?? []), ...ids];
  }

  /** Makes a collection equal to `entries`, sending only what differs by identity or is gone. */
  replaceAll<C extends CollectionName>(collection: C, entries: AppState[C]): void {
    const before = this.state[collection] as Record<string, unknown>;
    const gone = Object.keys(before).filter((id) => !(id in entries));
    const changed = Object.fromEntries(
      Object.entries(entries).filter(([id, entry]) => JSON.stringify(before[id]) !== JSON.stringify(entry)),
    );
    this.remove(collection, gone);
    if (Object.keys(changed).length > 0) this.upsertAll(collection, changed);
  }

  /** Calls back with every patch; returns the function that ends this. */
  subscribe(listener: (patch: Patch) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when what was changed so far has been sent. */
  sent(): Promise<void> {
    if (this.body === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  private pending(): PatchBody {
    if (this.body === null) {
      this.body = emptyBody();
      this.schedule(() => this.flush());
    }
    return this.body;
  }

  private flush(): void {
    if (this.body === null) return;
    const patch = { sequence: ++this.sequence, ...this.body } as Patch;
    this.body = null;
    for (const listener of this.listeners) listener(patch);
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
