import { AuthError, InteractionRequiredAuthError } from '@azure/msal-node';
import { type AppError, appError } from '../../shared/errors.ts';
import { describeError } from '../log/logger.ts';
import { connectFailureOf } from '../net/connect-failure.ts';
import { errorCodeOf, isTlsTrustError } from '../net/network-errors.ts';

const networkCodes = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ERR_SOCKET)/;

/** Maps what MSAL throws to the catalogue. `network` is why its last call could not connect, which MSAL keeps to itself. */
export function toSignInError(error: unknown, network: AppError | null = null): AppError {
  const carried = connectFailureOf(error);
  if (carried !== null) return carried;
  const detail = describeError(error);
  if (isTlsTrustError(error)) return appError('tls-untrusted', { detail });
  if (networkCodes.test(errorCodeOf(error))) return appError('authority-unreachable', { detail });
  if (!(error instanceof AuthError)) return appError('sign-in-failed', { detail });
  const extra = { detail, correlationId: error.correlationId || undefined };
  switch (error.errorCode) {
    case 'access_denied':
    case 'authorization_declined':
    case 'device_code_polling_cancelled':
    case 'user_cancelled':
      return appError('sign-in-cancelled', extra);
    case 'device_code_expired':
    case 'expired_token':
    case 'user_timeout_reached':
      return appError('device-code-expired', extra);
    case 'consent_required':
      return appError('sign-in-consent-needed', extra);
    case 'network_error':
    case 'endpoints_resolution_error':
    case 'openid_config_error':
      return network ?? appError(isTlsText(error.message) ? 'tls-untrusted' : 'authority-unreachable', extra);
  }
  // AADSTS65001: nobody has consented; AADSTS90094: only an administrator may.
  if (/AADSTS(65001|90094)/.test(error.message)) return appError('sign-in-consent-needed', extra);
  if (error instanceof InteractionRequiredAuthError) return appError('sign-in-needed', extra);
  if (error.errorCode === 'invalid_grant') return appError('sign-in-needed', extra);
  return appError('sign-in-failed', extra);
}

/** MSAL wraps network errors into text; a certificate problem must still be told from an outage. */
function isTlsText(message: string): boolean {
  return /self.signed certificate|unable to verify|certificate has expired|altnames/i.test(message);
}
