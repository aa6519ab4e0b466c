import { z } from 'zod';
import { appErrorSchema } from './errors.ts';
import { resourceIdSchema } from './inventory.ts';

/** Outcome of one check. `unknown`: could not be read; never a reason to block. `na`: does not apply here. */
export const checkStatusSchema = z.enum(['pass', 'warn', 'fail', 'unknown', 'na']);
export type CheckStatus = z.infer<typeof checkStatusSchema>;

/** One configuration check with the evidence it rests on, and who can mend it how. */
export const checkResultSchema = z.object({
  id: z.string(),
  title: z.string(),
  status: checkStatusSchema,
  /** One sentence with the names of the things it is about. */
  message: z.string(),
  evidence: z.array(z.object({ label: z.string(), value: z.string() })),
  /** Present on `fail` and `warn`: who can change it, and how. */
  fix: z.object({ who: z.string(), steps: z.string() }).nullable(),
  /** Present on `unknown`: the Azure action that would be needed to know. */
  missingPermission: z.string().nullable(),
});
export type CheckResult = Readonly<z.infer<typeof checkResultSchema>>;

/** A Bastion that reaches the machine, and why. The first of a list is the one used. */
export const routeSchema = z.object({
  bastionId: resourceIdSchema,
  bastionName: z.string(),
  sku: z.string(),
  /** `ip-connect`: by the machine's address, over networks that Azure does not show (VPN, ExpressRoute, Virtual WAN). */
  via: z.enum(['same-network', 'peering', 'ip-connect']),
  /** The hops in words: Bastion's network, then the machine's network. */
  networks: z.array(z.string()),
  reason: z.string(),
  /** What speaks for it and against it, beside the others. */
  ranking: z.array(z.object({ speaks: z.enum(['for', 'against']), text: z.string() })),
  /** `automatic`: taken when nothing is chosen; `manual`: only if the user chooses it. */
  use: z.enum(['automatic', 'manual']),
  /** For what the user has chosen it; null: it was not chosen. */
  chosenFor: z.enum(['vm', 'network']).nullable(),
});
export type Route = Readonly<z.infer<typeof routeSchema>>;

/** How a user proves who they are to sshd. */
export const authMethodSchema = z.enum(['agent', 'key', 'password']);
export type AuthMethod = z.infer<typeof authMethodSchema>;

/** What a click on Connect SSH will do without asking, and why. `user` empty: it must be typed. */
export const signInPlanSchema = z.object({
  user: z.string(),
  method: authMethodSchema,
  keyPath: z.string().nullable(),
  port: z.number().int(),
  source: z.enum(['profile', 'last-success', 'admin-username', 'typed', 'none']),
  /** A whole sentence, e.g. “Signs in as ada with the SSH agent: the machine’s administrator account.” */
  reason: z.string(),
});
export type SignInPlan = Readonly<z.infer<typeof signInPlanSchema>>;

/** Whether the user may do something, as far as Azure tells. */
export const allowanceSchema = z.enum(['allowed', 'denied', 'unknown']);

/** What can be done with the power of a machine. */
export const powerActionSchema = z.enum(['start', 'restart', 'deallocate']);
export type PowerAction = z.infer<typeof powerActionSchema>;

/** Everything the page of one selected machine shows. */
export const vmDetailSchema = z.object({
  /** Lower-cased resource id of the machine. */
  id: resourceIdSchema,
  state: z.enum(['loading', 'ready', 'failed']),
  error: appErrorSchema.nullable(),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  routes: z.array(routeSchema),
  powerActions: z.record(powerActionSchema, allowanceSchema),
  checks: z.array(checkResultSchema),
  plan: signInPlanSchema,
  /** Milliseconds since 1970 of the last complete run. */
  checkedAtMs: z.number().nullable(),
});
export type VmDetail = Readonly<z.infer<typeof vmDetailSchema>>;
