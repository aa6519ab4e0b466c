import { type AppError, appError } from '../../shared/errors.ts';
import { redact } from '../log/redact.ts';

/** Maps how a Remote Desktop client ended to the catalogue; null for an end that is no failure. */
export function explainRdpExit(exitCode: number | null, output: string): AppError | null {
  // FreeRDP: 0 success, 1–11 the session ended in order (disconnect, logoff, timeouts, another connection, by user).
  if (exitCode !== null && exitCode <= 11) return null;
  const detail = redact(
    output
      .split('\n')
      .filter((line) => /ERROR|WARN|error|denied|fail/i.test(line))
      .slice(-5)
      .join('\n'),
  );
  if (/LOGON_FAILURE|AUTHENTICATION_FAILED|PASSWORD_EXPIRED|ACCOUNT_LOCKED|WRONG_PASSWORD/i.test(output))
    return appError('rdp-auth-failed', { detail });
  if (/host key verification failed|CERTIFICATE HAS CHANGED|certificate.*(changed|mismatch)/i.test(output))
    return appError('rdp-certificate-changed', { detail });
  return appError('rdp-failed', { detail: `exit code ${exitCode ?? 'unknown'}\n${detail}` });
}
