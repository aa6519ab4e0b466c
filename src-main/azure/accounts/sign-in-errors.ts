import { AuthError, InteractionRequiredAuthError } from '@azure/msal-node';
import { type AppError, appError, type ErrorCode } from '../../../shared/errors.ts';
import { describeError } from '../../log/logger.ts';
import { connectFailureOf } from '../../net/connect-failure.ts';
import { errorCodeOf, isTlsTrustError } from '../../net/network-errors.ts';

const networkCodes = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ERR_SOCKET)/;

/**
 * What Microsoft Entra ID's numbers mean, by who can mend it. From the published list of error codes
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes), which asks programs not to build on them: they
 * choose the words and the buttons here, and a number that is not known falls back to OAuth's own error.
 */
const meanings: readonly (readonly [ErrorCode, readonly number[]])[] = [
  // The user, now: a second factor, its registration, a fresh one, a partner's challenge, the sign-in frequency of a policy.
  ['sign-in-mfa-needed', [50_072, 50_074, 50_076, 50_078, 50_079, 50_158, 70_043]],
  // A managed or compliant device, a domain-joined one, an approved or protected app.
  ['sign-in-device-needed', [50_097, 53_000, 53_001, 53_002, 53_009, 530_021]],
  // Blocked by policy or by risk, whatever the user does.
  ['sign-in-policy-blocked', [50_131, 53_003, 53_004, 53_010, 53_011, 530_031, 530_032, 530_034]],
  ['sign-in-consent-needed', [65_001]],
  ['sign-in-admin-consent-needed', [90_093, 90_094, 90_095, 900_941]],
  ['sign-in-app-unknown', [50_194, 500_011, 650_052, 650_057, 700_016, 700_038]],
  ['sign-in-app-blocked', [50_105, 65_002, 500_014, 7_000_112]],
  ['sign-in-not-a-member', [50_020, 50_034, 51_004, 90_072]],
  ['sign-in-account-blocked', [50_053, 50_055, 50_057, 50_144]],
  ['authority-busy', [50_196, 90_006, 90_012, 90_033]],
  // The refresh token is too old, was revoked, or the session behind it was.
  ['sign-in-expired', [50_089, 50_132, 50_133, 50_173, 70_008, 700_081, 700_082, 700_084]],
];

/** The number that Entra gave, such as 50076; null if there is none. */
export function entraNumberOf(text: string): number | null {
  const found = /AADSTS(\d+)/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function meaningOf(number: number | null): ErrorCode | null {
  if (number === null) return null;
  return meanings.find(([, numbers]) => numbers.includes(number))?.[0] ?? null;
}

/**
 * Maps what MSAL throws to the catalogue. `network` is why its last call could not connect, which MSAL keeps to itself.
 * `isChallenge`: Azure itself had asked for this sign-in (continuous access).
 */
export function toSignInError(
  error: unknown,
  network: AppError | null = null,
  isChallenge = false,
): AppError {
  const carried = connectFailureOf(error);
  if (carried !== null) return carried;
  const detail = describeError(error);
  if (isTlsTrustError(error)) return appError('tls-untrusted', { detail });
  if (networkCodes.test(errorCodeOf(error))) return appError('authority-unreachable', { detail });
  if (!(error instanceof AuthError)) return appError('sign-in-failed', { detail });
  const extra = { detail, correlationId: error.correlationId || undefined };
  switch (error.errorCode) {
    case 'authorization_declined':
    case 'device_code_polling_cancelled':
    case 'user_cancelled':
      return appError('sign-in-cancelled', extra);
    case 'device_code_expired':
    case 'expired_token':
    case 'user_timeout_reached':
      return appError('device-code-expired', extra);
    case 'network_error':
    case 'endpoints_resolution_error':
    case 'openid_config_error':
      return network ?? appError(isTlsText(error.message) ? 'tls-untrusted' : 'authority-unreachable', extra);
  }
  if (['temporarily_unavailable', 'server_error', 'request_timeout'].includes(error.errorCode))
    return appError('authority-busy', extra);
  const meaning = meaningOf(entraNumberOf(error.message));
  if (
    isChallenge &&
    (meaning === null || meaning === 'sign-in-expired' || meaning === 'sign-in-mfa-needed')
  ) {
    if (isInteractionNeeded(error)) return appError('sign-in-challenge', extra);
  }
  if (meaning !== null) return appError(meaning, extra);
  if (error.errorCode === 'access_denied') return appError('sign-in-cancelled', extra);
  if (error.errorCode === 'consent_required') return appError('sign-in-consent-needed', extra);
  if (isInteractionNeeded(error)) return appError('sign-in-expired', extra);
  return appError('sign-in-failed', extra);
}

function isInteractionNeeded(error: AuthError): boolean {
  return error instanceof InteractionRequiredAuthError || error.errorCode === 'invalid_grant';
}

/** MSAL wraps network errors into text; a certificate problem must still be told from an outage. */
function isTlsText(message: string): boolean {
  return /self.signed certificate|unable to verify|certificate has expired|altnames/i.test(message);
}
