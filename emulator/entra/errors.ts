import { randomUUID } from 'node:crypto';
import type { Reply } from '../net/http.ts';

/** An error as the token endpoint writes it. */
export interface SignInError {
  readonly status: number;
  readonly error: string;
  /** Number after `AADSTS`. */
  readonly code: number;
  readonly text: string;
  readonly suberror?: string;
  readonly claims?: string;
}

/** A refusal with HTTP 400, as most are. */
export function refusal(
  error: string,
  code: number,
  text: string,
  more: Partial<SignInError> = {},
): SignInError {
  return { status: 400, error, code, text, ...more };
}

/** The description that both the token endpoint and the redirect carry. */
export function describe(failure: SignInError, traceId: string, correlationId: string, at: number): string {
  return `AADSTS${failure.code}: ${failure.text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${stamp(at)}`;
}

function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** The JSON answer of the token and device-code endpoints. */
export function errorReply(failure: SignInError, correlationId: string, at: number): Reply {
  const traceId = randomUUID();
  return {
    status: failure.status,
    headers: { 'Cache-Control': 'no-store, no-cache', 'x-ms-request-id': traceId },
    body: {
      error: failure.error,
      error_description: describe(failure, traceId, correlationId, at),
      error_codes: [failure.code],
      timestamp: stamp(at),
      trace_id: traceId,
      correlation_id: correlationId,
      ...(failure.suberror === undefined ? {} : { suberror: failure.suberror }),
      ...(failure.claims === undefined ? {} : { claims: failure.claims }),
    },
  };
}

/** What a user sees who is not a member of the tenant. */
export function notAMember(upn: string, tenantName: string): SignInError {
  return refusal(
    'invalid_grant',
    50020,
    `User account '${upn}' from identity provider does not exist in tenant '${tenantName}' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.`,
  );
}

/** The answer that makes a client sign in again with a second factor. */
export function mfaNeeded(): SignInError {
  return refusal(
    'interaction_required',
    50076,
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
    {
      suberror: 'basic_action',
      claims: JSON.stringify({
        access_token: { capolids: { essential: true, values: ['7c1b34a6-8d0a-4f0e-b7be-2f6de9a3b1c4'] } },
      }),
    },
  );
}
