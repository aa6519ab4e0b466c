import { z } from 'zod';
import { resourceIdSchema } from './inventory.ts';
import { portSchema, userNameSchema } from './session.ts';
import { authMethodSchema } from './vm-detail.ts';

/** What the user says of a saved connection. */
export const profileDraftSchema = z.object({
  name: z.string().trim().min(1, 'a name is needed').max(120),
  /** Empty: not in a folder. */
  folder: z.string().trim().max(120),
  vmId: resourceIdSchema,
  protocol: z.enum(['ssh', 'rdp']),
  user: userNameSchema.nullable(),
  method: authMethodSchema.nullable(),
  keyPath: z.string().max(4096).nullable(),
  port: portSchema,
});
export type ProfileDraft = Readonly<z.infer<typeof profileDraftSchema>>;

/** A saved connection. */
export const profileSchema = profileDraftSchema.extend({ id: z.string().min(1) });
export type Profile = Readonly<z.infer<typeof profileSchema>>;
