import { z } from 'zod';
import { appErrorSchema } from './errors.ts';

/** Whose application asks Microsoft Entra ID for tokens. */
export const registrationSchema = z.discriminatedUnion('kind', [
  /** The organisation's own; `tenant` is where it signs in if it is open to one directory only. */
  z.strictObject({ kind: z.literal('own'), clientId: z.guid(), tenant: z.guid().nullable() }),
  /** The session of an installed Azure CLI. */
  z.strictObject({ kind: z.literal('az') }),
  /** The public id that Azure's developer tools sign in with. */
  z.strictObject({ kind: z.literal('developer') }),
]);
export type Registration = Readonly<z.infer<typeof registrationSchema>>;

/** The clouds that are known by name. Any other is a custom cloud. */
export const cloudKeySchema = z.enum(['public', 'us-government', 'china']);
export type CloudKey = z.infer<typeof cloudKeySchema>;

/** What is kept between runs: of choices only, never a secret. */
export const identitySettingsSchema = z.object({
  cloud: cloudKeySchema.default('public'),
  /** By cloud: an application registered in one is not known in another. */
  registrations: z.record(z.string(), registrationSchema).default({}),
  /** The account that the user chose for a directory in which several could be used. */
  serving: z.record(z.string(), z.string()).default({}),
  /** Where no keyring exists: tokens go into a file that is not encrypted. */
  keepsPlainTokens: z.boolean().default(false),
  /** False after signing out while the Azure CLI's session was used; the session itself stays. */
  usesAzSession: z.boolean().default(true),
});
export type IdentitySettings = Readonly<z.infer<typeof identitySettingsSchema>>;

/** What a new user has. */
export const usualIdentitySettings: IdentitySettings = {
  cloud: 'public',
  registrations: {},
  serving: {},
  keepsPlainTokens: false,
  usesAzSession: true,
};

/** Where tokens are: encrypted on disk, in memory only, or in a file that the user alone may read. */
export const tokenPlaceSchema = z.enum(['encrypted', 'memory', 'plain']);
export type TokenPlace = z.infer<typeof tokenPlaceSchema>;

/** A directory in which an account cannot be used now, and why. */
export const tenantTroubleSchema = z.object({ id: z.string(), error: appErrorSchema });

/** One signed-in account. `id` is unique; the tenant is the account's home. */
export const accountSchema = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  homeTenantId: z.string(),
  state: z.enum(['ready', 'attention']),
  /** What is wrong with the account as a whole; null while it can renew its tokens. */
  error: appErrorSchema.nullable(),
  /** Directories that want something of their own. */
  troubles: z.array(tenantTroubleSchema),
  /** Directories that it can be used in, with the account that is used there. */
  tenants: z.array(z.object({ id: z.string(), servedBy: z.string() })),
});
export type Account = Readonly<z.infer<typeof accountSchema>>;

/** A sign-in that is under way. */
export const runningSignIns = [
  z.object({ kind: z.literal('browser'), startedAtMs: z.number() }),
  z.object({
    kind: z.literal('device-code'),
    userCode: z.string(),
    verificationUrl: z.string(),
    expiresAtMs: z.number(),
  }),
  /** The Azure CLI is asked for its session. */
  z.object({ kind: z.literal('az') }),
] as const;

/** A sign-in that is under way, or how the last one failed. */
export const signInFlowSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none'), error: appErrorSchema.nullable() }),
  ...runningSignIns,
]);
export type SignInFlow = Readonly<z.infer<typeof signInFlowSchema>>;

/** Who decided something: the user, a document of the administrator, or how the app was started. */
const deciderSchema = z.enum(['user', 'policy', 'cloud-document', 'command-line']);

/** What signs in where, and who may change it. */
export const identitySchema = z.object({
  /** Null until the user has chosen. */
  registration: registrationSchema.nullable(),
  registrationFrom: deciderSchema,
  /** The application id in use; empty with the Azure CLI's session. */
  clientId: z.string(),
  /** Address of the sign-in service. */
  authority: z.string(),
  cloudFrom: deciderSchema,
  /** The cloud that the next start uses. */
  nextCloud: cloudKeySchema,
  tokenPlace: tokenPlaceSchema,
  /** Whether the user may keep tokens in a file that is not encrypted; `false` where a keyring exists. */
  mayKeepPlain: z.boolean(),
  plainFrom: deciderSchema,
});
export type Identity = Readonly<z.infer<typeof identitySchema>>;

/** What an app that has just started shows. */
export const initialIdentity: Identity = {
  registration: null,
  registrationFrom: 'user',
  clientId: '',
  authority: '',
  cloudFrom: 'user',
  nextCloud: 'public',
  tokenPlace: 'memory',
  mayKeepPlain: false,
  plainFrom: 'user',
};
