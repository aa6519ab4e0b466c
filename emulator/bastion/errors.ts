import type { Reply } from '../net/http.ts';

/** Kinds of error that the data plane tells apart. */
export type ApiErrorType =
  | 'BAD_REQUEST'
  | 'INVALID_CREDENTIALS'
  | 'INTERNAL_ERROR'
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED';

/** An error in the JSON form of the data plane. */
export function apiError(status: number, type: ApiErrorType, message: string): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json' },
    body: {
      message,
      translatableMessage: { key: 'APP.TEXT_UNTRANSLATED', variables: { MESSAGE: message } },
      statusCode: null,
      expected: null,
      patches: null,
      type,
    },
  };
}

/** The catch-all that stands for most causes. */
export function unexpected(status = 500): Reply {
  return apiError(status, 'INTERNAL_ERROR', 'Unexpected internal error');
}

/** The bare page of the web server in front. */
export function serverPage(status: number, title: string): Reply {
  return {
    status,
    headers: { 'Content-Type': 'text/html;charset=utf-8' },
    body: `<!doctype html><html lang="en"><head><title>HTTP Status ${status} – ${title}</title></head><body><h1>HTTP Status ${status} – ${title}</h1></body></html>`,
  };
}

/** A refused token, in the words or the JSON that the switch asks for. */
export function refusedToken(status: 401 | 403, body: 'text' | 'json', message: string): Reply {
  if (body === 'json')
    return apiError(status, status === 401 ? 'INVALID_CREDENTIALS' : 'PERMISSION_DENIED', message);
  return { status, body: status === 401 ? 'Unauthorized' : 'Forbidden' };
}
