import { z } from 'zod';
import { appErrorSchema } from './errors.ts';
import { resourceIdSchema } from './inventory.ts';
import { authMethodSchema } from './vm-detail.ts';

/** A TCP port. */
export const portSchema = z.number().int().min(1).max(65_535);

/** Names that OpenSSH and Windows accept and that cannot be taken for an option or a host part. */
export const userNameSchema = z
  .string()
  .min(1)
  .max(128)
  // No control characters, nothing that a shell, `ssh` or an .rdp file takes for more than a name.
  .regex(/^[^\p{Cc}\s\-@:"'`$;|&<>(){}!*?[\]#~%^][^\p{Cc}\s:"'`$;|&<>(){}!*?[\]#~%^]*$/u, 'not a user name');

/** The steps of a connection in the order in which they happen. */
export const stepNames = ['sign-in', 'bastion', 'token', 'websocket', 'banner', 'authenticated'] as const;
export const stepSchema = z.object({
  name: z.enum(stepNames),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  /** How long the step took; null until it is over. */
  durationMs: z.number().nullable(),
});
export type Step = Readonly<z.infer<typeof stepSchema>>;
export type StepName = Step['name'];

/** What a session is doing. `lost`: it was open and ended without anybody asking for it. */
export const sessionStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting') }),
  z.object({ kind: z.literal('open'), sinceMs: z.number() }),
  z.object({ kind: z.literal('lost'), atMs: z.number(), error: appErrorSchema }),
  z.object({ kind: z.literal('failed'), atMs: z.number(), error: appErrorSchema }),
  z.object({ kind: z.literal('closed'), atMs: z.number(), exitCode: z.number().nullable() }),
]);
export type SessionState = Readonly<z.infer<typeof sessionStateSchema>>;

/** The next try to get a lost session back by itself. `atMs` null: it waits until this computer is online. */
export const retrySchema = z.object({
  attempt: z.number().int(),
  attempts: z.number().int(),
  atMs: z.number().nullable(),
});

/** One session: an SSH terminal tab, or a Remote Desktop client that was started. */
export const sessionSchema = z.object({
  id: z.string(),
  kind: z.enum(['ssh', 'rdp']),
  vmId: resourceIdSchema,
  vmName: z.string(),
  user: z.string(),
  port: portSchema,
  bastionName: z.string(),
  state: sessionStateSchema,
  /** Null: nothing happens by itself. */
  retry: retrySchema.nullable(),
  steps: z.array(stepSchema),
  /** Payload bytes through the tunnel so far. */
  sentBytes: z.number(),
  receivedBytes: z.number(),
  /** WebSocket round trip of the latest ping, if the service answers pings. */
  roundTripMs: z.number().nullable(),
});
export type Session = Readonly<z.infer<typeof sessionSchema>>;

/** A request to connect by SSH. What is left out comes from the sign-in plan. */
export const connectSshSchema = z.object({
  vmId: resourceIdSchema,
  user: userNameSchema.optional(),
  method: authMethodSchema.optional(),
  /** One of the paths that main itself has offered (`key:choose`, `key:list`, a profile). */
  keyPath: z.string().max(4096).optional(),
  port: portSchema.optional(),
});

/** A request to connect by Remote Desktop. */
export const connectRdpSchema = z.object({
  vmId: resourceIdSchema,
  user: userNameSchema.optional(),
  port: portSchema.optional(),
});
