import { z } from 'zod';

/** One thing that was tried: what was sent, and everything that can be said of the answer without its secrets. */
export const probeStepSchema = z.object({
  name: z.string(),
  /** Which open question of the protocol it speaks to. */
  question: z.string(),
  /** What was observed; plain values only, never tokens, hosts or addresses. */
  seen: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
  /** Milliseconds the step took. */
  durationMs: z.number(),
});
export type ProbeStep = Readonly<z.infer<typeof probeStepSchema>>;

/**
 * What a probe found out about one Bastion. Safe to publish: statuses, names of headers, sizes, close codes and times.
 * A test double of the service can be set up by it; see docs/live.md.
 */
export const probeFixtureSchema = z.object({
  version: z.literal(1),
  /** Day of the probe, `2026-11-24`. */
  day: z.string(),
  sku: z.string(),
  /** The last labels of the data-plane host; the first one names the Bastion and is left out. */
  hostSuffix: z.string(),
  target: z.enum(['resource', 'ip']),
  remotePort: z.number().int(),
  steps: z.array(probeStepSchema),
});
export type ProbeFixture = Readonly<z.infer<typeof probeFixtureSchema>>;
