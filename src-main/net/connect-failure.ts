import { type AppError, appError, errorCatalogue, type ErrorCode } from '../../shared/errors.ts';
import { errorCodeOf } from './network-errors.ts';

/**
 * Carries an expected failure through an interface that knows only thrown errors. `code` and `message` hold all of it:
 * libraries that make an error of their own out of it keep these two.
 */
export class ConnectFailure extends Error {
  readonly appError: AppError;
  readonly code: ErrorCode;

  constructor(appError: AppError) {
    super(appError.detail ?? appError.message);
    this.appError = appError;
    this.code = appError.code;
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

/** The failure that an error carries, also where a library has copied it; null if it carries none. */
export function connectFailureOf(error: unknown): AppError | null {
  if (error instanceof ConnectFailure) return error.appError;
  const code = errorCodeOf(error);
  if (!(error instanceof Error) || !isErrorCode(code)) return null;
  return appError(code, { detail: error.message });
}
