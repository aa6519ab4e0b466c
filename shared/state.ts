import { z } from 'zod';
import {
  accountSchema,
  identitySchema,
  identitySettingsSchema,
  runningSignIns,
  signInFlowSchema,
  tokenPlaceSchema,
  usualIdentitySettings,
} from './account.ts';
import { appErrorSchema } from './errors.ts';
import { inventoryStatusSchema, networkReachSchema, vmSummarySchema } from './inventory.ts';
import { networkSettingsSchema, usualNetworkSettings } from './network.ts';
import { preferencesSchema } from './preferences.ts';
import { profileSchema } from './profile.ts';
import { sessionSchema } from './session.ts';
import { transferSchema } from './transfer.ts';
import { activitySchema, tunnelSchema } from './tunnel.ts';
import { vmDetailSchema } from './vm-detail.ts';

/**
 * Whether anybody is signed in, or how far the first sign-in has come. It stays `signed-in`, with the first account's name,
 * while another account is added: see `signInFlow`.
 */
export const accountStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('restoring') }),
  z.object({ kind: z.literal('signed-out'), error: appErrorSchema.nullable() }),
  ...runningSignIns,
  z.object({
    kind: z.literal('signed-in'),
    username: z.string(),
    name: z.string(),
    tokenCache: tokenPlaceSchema,
  }),
]);
export type AccountState = Readonly<z.infer<typeof accountStateSchema>>;

/** Something the user must know and can put away. */
export const noticeSchema = z.object({
  id: z.string(),
  tone: z.enum(['info', 'warning', 'error']),
  text: z.string(),
  detail: z.string(),
});
export type Notice = Readonly<z.infer<typeof noticeSchema>>;

export const themeSchema = z.enum(['system', 'light', 'dark']);
/** What happens to an SSH session that was lost: a button asks, or it is connected again by itself. */
export const reconnectPolicySchema = z.enum(['ask', 'automatic']);
export const settingsSchema = z.object({
  theme: themeSchema,
  reconnect: reconnectPolicySchema.default('ask'),
  network: networkSettingsSchema.default(usualNetworkSettings),
  identity: identitySettingsSchema.default(usualIdentitySettings),
});
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** What a new user has. */
export const usualSettings: Settings = {
  theme: 'system',
  reconnect: 'ask',
  network: usualNetworkSettings,
  identity: usualIdentitySettings,
};

/** The parts of the state that are replaced as a whole. */
const valuesShape = {
  cloud: z.object({ name: z.string(), custom: z.boolean() }),
  platform: z.enum(['win32', 'darwin', 'linux']),
  version: z.string(),
  account: accountStateSchema,
  signInFlow: signInFlowSchema,
  identity: identitySchema,
  inventory: inventoryStatusSchema,
  settings: settingsSchema,
  preferences: preferencesSchema,
};

/** The parts that are patched entry by entry, keyed by id. */
const collectionsShape = {
  accounts: z.record(z.string(), accountSchema),
  vms: z.record(z.string(), vmSummarySchema),
  /** By lower-cased id of the virtual network. */
  reach: z.record(z.string(), networkReachSchema),
  details: z.record(z.string(), vmDetailSchema),
  sessions: z.record(z.string(), sessionSchema),
  transfers: z.record(z.string(), transferSchema),
  tunnels: z.record(z.string(), tunnelSchema),
  /** The latest entries, by number. */
  activity: z.record(z.string(), activitySchema),
  profiles: z.record(z.string(), profileSchema),
  notices: z.record(z.string(), noticeSchema),
};

/** The whole state that main owns and the window mirrors. */
export const appStateSchema = z.object({ ...valuesShape, ...collectionsShape });
export type AppState = Readonly<z.infer<typeof appStateSchema>>;

export type CollectionName = keyof typeof collectionsShape;
export type ValueName = keyof typeof valuesShape;
export const collectionNames = Object.keys(collectionsShape) as readonly CollectionName[];

/** The state with the number of the last patch in it. */
export const snapshotSchema = z.object({ sequence: z.number().int(), state: appStateSchema });
export type Snapshot = Readonly<z.infer<typeof snapshotSchema>>;

/**
 * One change of the state. `sequence` follows the previous one without a gap; after a gap the window
 * asks for a new snapshot. Order: values, then upserts, then removals.
 */
export const patchSchema = z.object({
  sequence: z.number().int(),
  values: z.object(valuesShape).partial(),
  upserts: z.object(collectionsShape).partial(),
  removals: z.partialRecord(z.enum(Object.keys(collectionsShape) as [CollectionName]), z.array(z.string())),
});
export type Patch = Readonly<z.infer<typeof patchSchema>>;

/**
 * The collections that a mirror changes in place: their object stays the same for the mirror's whole life, only its entries
 * are replaced. Copying the keys of 50,000 machines for the power state of one of them would cost more than a frame.
 * Who wants to know of changes in them compares entries, or reads the patches.
 */
export const inPlaceCollections: ReadonlySet<CollectionName> = new Set(['vms']);

/**
 * Applies one patch to a snapshot that the caller owns; returns null on a gap. Untouched collections keep their identity;
 * those of {@link inPlaceCollections} always do.
 */
export function applyPatch(snapshot: Snapshot, patch: Patch): Snapshot | null {
  if (patch.sequence !== snapshot.sequence + 1) return null;
  const next: Record<string, unknown> = { ...snapshot.state, ...patch.values };
  for (const name of collectionNames) {
    const upserts = patch.upserts[name];
    const removals = patch.removals[name];
    if (upserts === undefined && removals === undefined) continue;
    const before: Record<string, unknown> = snapshot.state[name];
    const merged = inPlaceCollections.has(name) ? Object.assign(before, upserts) : { ...before, ...upserts };
    for (const id of removals ?? []) delete merged[id];
    next[name] = merged;
  }
  return { sequence: patch.sequence, state: next as AppState };
}
