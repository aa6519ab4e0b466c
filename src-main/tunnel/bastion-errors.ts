import { z } from 'zod';
import { type AppError, appError } from '../../shared/errors.ts';
import { describeError } from '../log/logger.ts';
import { redact } from '../log/redact.ts';
import { errorCodeOf, isTlsTrustError } from '../net/network-errors.ts';

const bodySchema = z.object({ message: z.string() });

/** The `message` of the data plane's JSON error; the start of the text where a gateway answered instead. */
export function messageOf(body: string): string {
  try {
    return redact(bodySchema.parse(JSON.parse(body)).message);
  } catch {
    // HTML of a gateway, the bare word "Unauthorized", or nothing.
    return redact(body)
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 200);
  }
}

/** Maps a refused token exchange to the catalogue. */
export function toExchangeError(status: number, body: string): AppError {
  const message = messageOf(body);
  const detail = `POST /api/tokens answered ${status}${message === '' ? '' : `: ${message}`}`;
  if (/tunnell?ing is disabled/i.test(message)) return appError('bastion-native-client-off', { detail });
  if (status === 401) return appError('bastion-unauthorized', { detail });
  if (status === 403) return appError('bastion-forbidden', { detail });
  if (status === 429 || status === 502 || status === 503 || status === 504)
    return appError('bastion-busy', { detail });
  if (status >= 500) return appError('bastion-internal', { detail });
  return appError('bastion-rejected', { detail });
}

/** Maps a call or a handshake that got no answer. */
export function toReachError(error: unknown): AppError {
  const detail = `${describeError(error)}${errorCodeOf(error) === '' ? '' : ` [${errorCodeOf(error)}]`}`;
  return appError(isTlsTrustError(error) ? 'tls-untrusted' : 'bastion-unreachable', { detail });
}

/** Failures that a new attempt with a new token may mend, and how long to wait before it (milliseconds). */
export function retryDelayMs(error: AppError, attempt: number): number | null {
  if (attempt >= 3) return null;
  switch (error.code) {
    case 'bastion-busy':
    case 'bastion-unreachable':
      return 500 * 2 ** (attempt - 1);
    // Sometimes transient, but also the answer to a missing permission: one more try only.
    case 'bastion-internal':
    case 'websocket-refused':
      return attempt === 1 ? 1_000 : null;
    // Once, with a token that was renewed by force.
    case 'bastion-unauthorized':
      return attempt === 1 ? 0 : null;
    default:
      return null;
  }
}
