import { z } from 'zod';
import { appErrorSchema } from './errors.ts';

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
