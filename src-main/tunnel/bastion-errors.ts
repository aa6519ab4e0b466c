import { z } from 'zod';
import { type AppError, appError } from '../../shared/errors.ts';
import { redact } from '../log/redact.ts';
import { connectFailureOf } from '../net/connect-failure.ts';
import { describeNetworkError } from '../net/network-errors.ts';

const bodySchema = z.object({ message: z.string() });

/** A failed step of making a connection, with what the answer says of another try. */
export interface StepFailure {
  readonly error: AppError;
  /** What the service asks to wait, in milliseconds; null: it says nothing. */
  readonly retryAfterMs: number | null;
  /** A claims challenge (continuous access evaluation): a token that answers it may be accepted. */
  readonly claims: string | null;
}

/** A failure about which the answer says nothing more. */
export function plainFailure(error: AppError): StepFailure {
  return { error, retryAfterMs: null, claims: null };
}

/** More of an answer is not looked at: patterns over text of any length would hold up every connection. */
const longestText = 4_096;
const longestMessage = 500;

/**
 * The `message` of the data plane's JSON error; the start of the text where a gateway answered instead. Without secrets and
 * control characters: it is shown, logged and printed.
 */
export function messageOf(body: string): string {
  try {
    return plain(bodySchema.parse(JSON.parse(body)).message).slice(0, longestMessage);
  } catch {
    // HTML of a gateway, the bare word "Unauthorized", or nothing.
    return plain(body).slice(0, 200);
  }
}

function plain(text: string): string {
  return redact(text.slice(0, longestText))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The longest that a `Retry-After` is obeyed: a person is waiting. */
const longestWaitMs = 30_000;

/** Maps a refused call of the data plane to the catalogue. `what` names the call. */
export function toStepFailure(what: string, answer: Answer): StepFailure {
  const message = messageOf(answer.body);
  const detail = `${what} answered ${answer.status}${message === '' ? '' : `: ${message}`}`;
  return {
    error: appError(codeOf(answer.status, message), { detail }),
    retryAfterMs: retryAfterOf(answer.headers['retry-after']),
    claims: answer.status === 401 ? claimsOf(answer.headers['www-authenticate']) : null,
  };
}

function codeOf(status: number, message: string) {
  if (/tunnell?ing is disabled/i.test(message)) return 'bastion-native-client-off';
  if (status === 401) return 'bastion-unauthorized';
  if (status === 403) return 'bastion-forbidden';
  if (status === 429 || status === 502 || status === 503 || status === 504) return 'bastion-busy';
  return status >= 500 ? 'bastion-internal' : 'bastion-rejected';
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterOf(header: string | undefined, nowMs: number = Date.now()): number | null {
  if (header === undefined) return null;
  const isDate = /[a-z]/i.test(header);
  const ms = isDate
    ? Date.parse(header) - nowMs
    : /^\s*\d+\s*$/.test(header)
      ? Number(header) * 1000
      : Number.NaN;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestWaitMs) : null;
}

/** The claims of `WWW-Authenticate: Bearer … claims="<base64 of JSON>"`, decoded; null if there are none. */
export function claimsOf(header: string | undefined): string | null {
  const encoded = /\bclaims="([A-Za-z0-9+/=_-]+)"/.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null; // not a challenge that anybody could answer
  }
}

/** Maps a call or a handshake that got no answer. */
export function toReachError(error: unknown): AppError {
  return connectFailureOf(error) ?? appError('bastion-unreachable', { detail: describeNetworkError(error) });
}

/** Failures that a new attempt with a new session may mend, and how long to wait before it (milliseconds). */
export function retryDelayMs({ error, retryAfterMs }: StepFailure, attempt: number): number | null {
  if (attempt >= 3) return null;
  switch (error.code) {
    case 'bastion-busy':
      return retryAfterMs ?? 500 * 2 ** (attempt - 1);
    // The first time at once: it may be a kept connection that had gone stale.
    case 'bastion-unreachable':
      return attempt === 1 ? 0 : 1_000;
    // Sometimes transient, but also the answer to a missing permission: one more try only.
    case 'bastion-internal':
    case 'websocket-refused':
      return attempt === 1 ? (retryAfterMs ?? 1_000) : null;
    // Closed or silent before its first byte: seen while nodes restart.
    case 'tunnel-lost':
      return 500 * attempt;
    case 'target-silent':
      return attempt === 1 ? 0 : null;
    // Once, with a token that was renewed by force, or that answers the claims challenge.
    case 'bastion-unauthorized':
      return attempt === 1 ? 0 : null;
    default:
      return null;
  }
}
