import { z } from 'zod';
import { resourceIdSchema } from './inventory.ts';

/** How many connections are remembered. */
export const recentLimit = 20;

/** The order of the list of machines. */
export const groupBySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('subscription') }),
  z.object({ kind: z.literal('flat') }),
  z.object({ kind: z.literal('tag'), key: z.string().trim().min(1).max(512) }),
]);
export type GroupBy = Readonly<z.infer<typeof groupBySchema>>;

/** A filter with a name, to be used again. */
export const savedFilterSchema = z.object({
  name: z.string().trim().min(1).max(120),
  text: z.string().trim().min(1).max(1000),
});
export type SavedFilter = Readonly<z.infer<typeof savedFilterSchema>>;

/** What the user has arranged for themselves. None of it is a secret; main keeps it in a file of its own. */
export const preferencesSchema = z.object({
  /** Lower-cased ids of machines, in the user's order. */
  favourites: z.array(resourceIdSchema),
  /** Latest first, each machine once. */
  recents: z.array(z.object({ vmId: resourceIdSchema, atMs: z.number() })),
  savedFilters: z.array(savedFilterSchema),
  groupBy: groupBySchema,
  /** Whether the way to the Bastion of a machine in view is made ready. */
  warmUp: z.enum(['on', 'off']),
  /** Keys that differ from the usual ones, by command. A newer version may know other commands. */
  shortcuts: z.record(z.string().max(60), z.string().max(60)),
});
export type Preferences = Readonly<z.infer<typeof preferencesSchema>>;

/** What a new user has. */
export const usualPreferences: Preferences = {
  favourites: [],
  recents: [],
  savedFilters: [],
  groupBy: { kind: 'subscription' },
  warmUp: 'on',
  shortcuts: {},
};
