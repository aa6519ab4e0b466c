import { z } from 'zod';
import { type AppError, appError, appErrorSchema } from '../../shared/errors.ts';
import { describeError } from '../log/logger.ts';
import { connectFailureOf } from '../net/connect-failure.ts';
import { isTlsTrustError } from '../net/network-errors.ts';

/** Thrown inside the SDK's credential when no token can be had; carries the catalogue's error through the SDK. */
export class TokenUnavailableError extends Error {
  readonly appError: AppError;
  constructor(error: AppError) {
    super(error.message);
    this.appError = error;
  }
}

/** What the SDK and our own calls have in common when ARM refuses. */
const refusalSchema = z.object({
  statusCode: z.number(),
  code: z.string().optional(),
  message: z.string(),
});

const carriedSchema = z.object({ appError: appErrorSchema });

/** Maps what an ARM call throws to the catalogue. Words of ARM go into the detail. */
export function toArmError(error: unknown): AppError {
  const carried = carriedSchema.safeParse(error);
  if (carried.success) return carried.data.appError;
  const failure = connectFailureOf(error);
  if (failure !== null) return failure;
  if (isTlsTrustError(error)) return appError('tls-untrusted', { detail: describeError(error) });
  const refusal = refusalSchema.safeParse(
    error instanceof Error ? Object.assign(Object.create(null), error, { message: error.message }) : error,
  );
  if (!refusal.success) return appError('arm-unreachable', { detail: describeError(error) });
  const { statusCode, code, message } = refusal.data;
  const extra = {
    detail: describeError(new Error(`${statusCode} ${code ?? ''} ${message}`)),
    correlationId: correlationIdOf(error),
  };
  if (statusCode === 401) return appError('sign-in-needed', extra);
  if (statusCode === 403) return appError('arm-forbidden', extra);
  if (statusCode === 404) return appError('arm-not-found', extra);
  if (statusCode === 429) return appError('arm-throttled', extra);
  return appError('arm-failed', extra);
}

/** The SDK's headers are an object with a method; a parsed copy would lose what the method works on. */
interface WithHeaders {
  readonly response: { readonly headers: { get(name: string): string | undefined } };
}

function hasHeaders(error: unknown): error is WithHeaders {
  const response = error instanceof Error && 'response' in error ? error.response : null;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return false;
  const { headers } = response;
  return typeof headers === 'object' && headers !== null && 'get' in headers;
}

function correlationIdOf(error: unknown): string | undefined {
  return hasHeaders(error) ? error.response.headers.get('x-ms-correlation-request-id') : undefined;
}
