import { z } from 'zod';
import { osSchema, resourceIdSchema } from './inventory.ts';

/** A host that is known by its address only, and the Bastion that connects to it. */
export const hostDraftSchema = z.object({
  /** Empty: the address is its name. */
  name: z.string().max(120),
  address: z.ipv4(),
  os: osSchema,
  /** ARM id of the Bastion. */
  bastionId: resourceIdSchema,
});
export type HostDraft = Readonly<z.infer<typeof hostDraftSchema>>;

/** What came of a list of hosts. */
export const hostImportSchema = z.object({
  added: z.number().int(),
  /** What was wrong with lines that were left out, in words. */
  problems: z.array(z.string()),
});
export type HostImport = Readonly<z.infer<typeof hostImportSchema>>;

/** A Bastion that hosts can be added to. */
export const hostBastionSchema = z.object({
  id: resourceIdSchema,
  name: z.string(),
  subscriptionId: z.string(),
  ipConnect: z.enum(['on', 'off']),
});
