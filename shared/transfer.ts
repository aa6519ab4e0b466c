import { z } from 'zod';
import { appErrorSchema } from './errors.ts';

/**
 * Where an upload stands. `offered`: dropped, counted, waiting for the user to start it.
 * Sizes in bytes, speed in bytes per second.
 */
export const transferStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('scanning') }),
  z.object({ kind: z.literal('offered') }),
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('verifying') }),
  z.object({ kind: z.literal('done'), atMs: z.number(), verified: z.enum(['sha-256', 'sizes-only']) }),
  z.object({ kind: z.literal('failed'), atMs: z.number(), error: appErrorSchema }),
  z.object({ kind: z.literal('cancelled'), atMs: z.number() }),
]);

/** One upload: what was dropped together. `direction` and `kind` leave room for downloads, resume and a queue. */
export const transferSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  direction: z.enum(['upload']),
  /** Names of what was dropped, for display. */
  names: z.array(z.string()),
  /** Remote directory; empty means the home directory. */
  directory: z.string(),
  state: transferStateSchema,
  fileCount: z.number().int(),
  doneCount: z.number().int(),
  totalBytes: z.number(),
  doneBytes: z.number(),
  bytesPerSecond: z.number(),
  currentFile: z.string(),
});
export type Transfer = Readonly<z.infer<typeof transferSchema>>;

/** One file of an upload, with the SHA-256 (lower-case hex) of what was read from the local disk. */
export const transferFileSchema = z.object({
  /** Path relative to the remote directory, with `/`. */
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string().nullable(),
  state: z.enum(['waiting', 'running', 'sent', 'verified', 'failed']),
});
export type TransferFile = Readonly<z.infer<typeof transferFileSchema>>;
