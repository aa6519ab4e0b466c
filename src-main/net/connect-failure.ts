import type { AppError } from '../../shared/errors.ts';

/** Carries an expected failure through an interface that knows only thrown errors. */
export class ConnectFailure extends Error {
  readonly appError: AppError;

  constructor(appError: AppError) {
    super(appError.detail ?? appError.message);
    this.appError = appError;
  }
}
