import type { ErrorCode } from '../../shared/errors.ts';

/** What a sign-in of the user's own can mend; the rest needs somebody else, or another place. */
const mendedBySigningIn: ReadonlySet<ErrorCode> = new Set([
  'sign-in-needed',
  'sign-in-expired',
  'sign-in-challenge',
  'sign-in-mfa-needed',
  'sign-in-consent-needed',
  'sign-in-device-needed',
  'sign-in-account-blocked',
  'sign-in-failed',
]);

/** Whether a click on “Sign in” can help. */
export function canSignInMend(code: ErrorCode): boolean {
  return mendedBySigningIn.has(code);
}

/** Whether an account lacks something, as opposed to an outage or a right in Azure. */
export function isAboutSignIn(code: ErrorCode): boolean {
  return code.startsWith('sign-in-') || code.startsWith('az-');
}
