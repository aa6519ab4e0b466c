import { z } from 'zod';
import { appErrorSchema } from './errors.ts';
import { resourceIdSchema } from './inventory.ts';
import { portSchema } from './session.ts';

/**
 * The steps of one connection, in the order in which they can begin. `token` and everything before it happen on the
 * lane of the token exchange; the WebSocket's own connection is made beside it.
 */
export const connectionStepSchema = z.enum([
  'admission',
  'sign-in',
  'endpoint',
  'dns',
  'tcp',
  'proxy',
  'tls',
  'token',
  'upgrade',
  'first-byte',
]);
export type ConnectionStep = z.infer<typeof connectionStepSchema>;

/** One bar of the waterfall. Times are milliseconds since the connection was accepted; null: not over yet. */
export const stepTimingSchema = z.object({
  step: connectionStepSchema,
  attempt: z.number().int(),
  startMs: z.number(),
  endMs: z.number().nullable(),
});
export type StepTiming = Readonly<z.infer<typeof stepTimingSchema>>;

/** Why a connection ended. */
export const closeReasonSchema = z.enum([
  /** The local program was done. */
  'local-end',
  /** The target, or the service, closed in order. */
  'remote-end',
  /** Somebody here stopped the tunnel. */
  'stopped',
  /** It never came to be, or was lost; the error says why. */
  'failed',
]);
export type CloseReason = z.infer<typeof closeReasonSchema>;

export const connectionStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting'), step: connectionStepSchema }),
  z.object({ kind: z.literal('waiting'), retryAtMs: z.number(), error: appErrorSchema }),
  /** Bytes flow. `openedAtMs`: since the connection was accepted. */
  z.object({ kind: z.literal('open'), openedAtMs: z.number() }),
  /** One direction has ended, the other still drains. */
  z.object({ kind: z.literal('draining'), sinceMs: z.number() }),
  z.object({
    kind: z.literal('closed'),
    atMs: z.number(),
    reason: closeReasonSchema,
    error: appErrorSchema.nullable(),
  }),
]);
export type ConnectionState = Readonly<z.infer<typeof connectionStateSchema>>;

/** One local connection of a tunnel. Bytes and bytes per second; `…Ms` relative to `acceptedAt` unless said otherwise. */
export const tunnelConnectionSchema = z.object({
  number: z.number().int(),
  /** When it was accepted, in milliseconds since 1970. */
  acceptedAt: z.number(),
  /** The local program's end, `address:port`. */
  client: z.string(),
  state: connectionStateSchema,
  timings: z.array(stepTimingSchema),
  sentBytes: z.number(),
  receivedBytes: z.number(),
  sentPerSecond: z.number(),
  receivedPerSecond: z.number(),
  /** Of the latest answered ping; null: none answered yet. */
  roundTripMs: z.number().nullable(),
});
export type TunnelConnection = Readonly<z.infer<typeof tunnelConnectionSchema>>;

/** A local program that was turned away at the listener. */
export const refusedClientSchema = z.object({
  /** `address:port` of the program's end. */
  client: z.string(),
  reason: z.string(),
  /** The user it runs as; null: could not be read. */
  uid: z.number().int().nullable(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type RefusedClient = Readonly<z.infer<typeof refusedClientSchema>>;

/** What a user says of a tunnel that other programs shall use. */
export const tunnelDraftSchema = z.object({
  vmId: resourceIdSchema,
  remotePort: portSchema,
  /** Null: the port that was used for this target before, or any free one. */
  localPort: portSchema.nullable(),
  /** `own`: an address that belongs to this machine alone, where the system has more than one; `shared`: 127.0.0.1. */
  address: z.enum(['own', 'shared']),
  audience: z.enum(['same-user', 'any-user']),
  /** Opened again at the next start of the app. */
  isKept: z.boolean(),
  /** Closes the listener when nobody has been connected for so long; null: never. */
  idleCloseMinutes: z.number().int().min(1).max(10_080).nullable(),
  maximumConnections: z.number().int().min(1).max(1000),
});
export type TunnelDraft = Readonly<z.infer<typeof tunnelDraftSchema>>;

export const tunnelStateSchema = z.discriminatedUnion('kind', [
  /** Kept from an earlier run, and not opened before somebody is signed in and the machine is known. */
  z.object({ kind: z.literal('waiting') }),
  z.object({ kind: z.literal('opening') }),
  z.object({ kind: z.literal('listening'), sinceMs: z.number(), address: z.string(), port: portSchema }),
  z.object({ kind: z.literal('stopping') }),
  /** `why`: the user stopped it, or nobody had been connected for as long as was allowed. */
  z.object({ kind: z.literal('stopped'), atMs: z.number(), why: z.enum(['user', 'idle', 'ended']) }),
  z.object({ kind: z.literal('failed'), atMs: z.number(), error: appErrorSchema }),
]);
export type TunnelState = Readonly<z.infer<typeof tunnelStateSchema>>;

/** A tunnel as the window shows it: one that the user opened, or one that belongs to a session. */
export const tunnelSchema = z.object({
  id: z.string(),
  /** Null: it belongs to a session and lives as long as that. */
  draft: tunnelDraftSchema.nullable(),
  vmId: z.string(),
  vmName: z.string(),
  bastionName: z.string(),
  remotePort: portSchema,
  state: tunnelStateSchema,
  /** Live ones and the latest that have ended; newest last. */
  connections: z.array(tunnelConnectionSchema),
  openConnections: z.number().int(),
  sentBytes: z.number(),
  receivedBytes: z.number(),
  sentPerSecond: z.number(),
  receivedPerSecond: z.number(),
  roundTripMs: z.number().nullable(),
  /** Programs that were turned away, newest last. */
  refused: z.array(refusedClientSchema),
});
export type Tunnel = Readonly<z.infer<typeof tunnelSchema>>;

/** What the Tunnel… dialog begins with. */
export const tunnelSuggestionSchema = z.object({
  /** The machine's own loopback address; null where the system has only 127.0.0.1. */
  ownAddress: z.string().nullable(),
  /** The local ports that were used before, by remote port. */
  rememberedPorts: z.record(z.string(), portSchema),
});
export type TunnelSuggestion = Readonly<z.infer<typeof tunnelSuggestionSchema>>;

/** One line of the Activity panel. Fields are redacted. */
export const activitySchema = z.object({
  id: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  level: z.enum(['info', 'warn', 'error']),
  event: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type Activity = Readonly<z.infer<typeof activitySchema>>;
