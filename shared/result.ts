import type { AppError } from './errors.ts';

/** An expected outcome as a value: either the answer, or one error of the closed catalogue. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError };

/** Wraps an answer. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps an expected failure. */
export function err<T = never>(error: AppError): Result<T> {
  return { ok: false, error };
}
