import { z } from 'zod';
import type { CloudKey } from '../../../shared/account.ts';
import { type AppError, appError } from '../../../shared/errors.ts';
import { redact } from '../../log/redact.ts';
import { entraNumberOf } from './sign-in-errors.ts';

/** `az account show`: who is signed in, and to which cloud. */
const accountAnswer = z.object({
  environmentName: z.string(),
  homeTenantId: z.guid().nullish(),
  tenantId: z.guid(),
  user: z.object({ name: z.string(), type: z.string().optional() }),
});

/** `az account get-access-token`. `expires_on` came with version 2.54; before, there was only local time. */
const tokenAnswer = z.object({
  accessToken: z.string().min(1),
  expires_on: z.number().optional(),
  expiresOn: z.string(),
});

/** Who is signed in to the Azure CLI. */
export interface AzAccount {
  readonly username: string;
  readonly homeTenantId: string;
  /** The CLI's name of the cloud. */
  readonly cloudName: string;
}

/** Reads `az account show`; null if it has another form. */
export function readAzAccount(text: string): AzAccount | null {
  const parsed = accountAnswer.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { user, homeTenantId, tenantId, environmentName } = parsed.data;
  return { username: user.name, homeTenantId: homeTenantId ?? tenantId, cloudName: environmentName };
}

/** Reads `az account get-access-token`; null if it has another form. */
export function readAzToken(text: string): { readonly token: string; readonly expiresAtMs: number } | null {
  const parsed = tokenAnswer.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { accessToken, expires_on: seconds, expiresOn } = parsed.data;
  // Like `2026-11-24 13:45:00.000000`, in the computer's own time.
  const local = Date.parse(expiresOn.replace(' ', 'T').replace(/(\.\d{3})\d*$/, '$1'));
  const expiresAtMs = seconds === undefined ? local : seconds * 1000;
  return Number.isFinite(expiresAtMs) ? { token: accessToken, expiresAtMs } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON: no schema takes it
  }
}

/** The CLI's names of the clouds that are known by name. */
export const azCloudNames: Readonly<Record<CloudKey, string>> = {
  public: 'AzureCloud',
  'us-government': 'AzureUSGovernment',
  china: 'AzureChinaCloud',
};

/** What the CLI wrote to its standard error, mapped to the catalogue. `command` mends it, if a sign-in can. */
export function toAzError(stderr: string, command: string): AppError {
  const said = redact(stderr.trim().slice(-2_000));
  if (
    /az login/i.test(stderr) &&
    /(please run|to setup account|no subscription found)/i.test(stderr) &&
    entraNumberOf(stderr) === null
  )
    return appError('az-not-signed-in', { detail: said });
  if (entraNumberOf(stderr) !== null || /az login/i.test(stderr))
    return appError('az-sign-in-needed', { detail: `${command}\n${said}` });
  return appError('az-failed', { detail: said });
}
