import { isAbsolute, posix, win32 } from 'node:path';
import { z } from 'zod';
import { cloudKeySchema, registrationSchema } from '../../shared/account.ts';

/** What an administrator has fixed for everybody on a computer (docs/policy.md). What is absent is the user's choice. */
export const policySchema = z.strictObject({
  /** A cloud by name. */
  cloud: cloudKeySchema.optional(),
  /** Absolute path of a custom-cloud document, in place of `cloud`. */
  cloudFile: z
    .string()
    .refine((path) => isAbsolute(path), 'not an absolute path')
    .optional(),
  /** Whose application signs in. */
  registration: registrationSchema.optional(),
  /** Whether tokens may be kept unencrypted where no keyring exists; the user may choose if it is absent. */
  allowUnencryptedTokens: z.boolean().optional(),
});
export type Policy = Readonly<z.infer<typeof policySchema>>;

/** Nothing is fixed. */
export const noPolicy: Policy = {};

/** Where an administrator puts the policy; users cannot write there. */
export function policyPath(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (platform === 'win32')
    return win32.join(env['ProgramData'] ?? 'C:\\ProgramData', 'Sallyport', 'policy.json');
  if (platform === 'darwin') return '/Library/Application Support/Sallyport/policy.json';
  return posix.join('/etc', 'sallyport', 'policy.json');
}
