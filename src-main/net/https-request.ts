import { type IncomingMessage, request as httpRequest } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';

/** A whole answer. Header names are lower-case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Until the last byte of the answer. */
  readonly timeoutMs: number;
  /** Makes the connections: it decides about proxy and trust. */
  readonly agent: Agent;
  readonly signal?: AbortSignal;
}

/** The largest answer that is read; everything this program asks for is far smaller. */
const maximumBodyBytes = 64 * 1024 * 1024;

/** Thrown when no whole answer came in time; `code` as Node names such things. */
export class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * One HTTP/1.1 call. Resolves with any status; rejects with what the agent or Node says of the network,
 * {@link TimeoutError}, or an AbortError. Redirects are answers, never followed. Plain http only for loopback hosts.
 */
export function callHttp(call: HttpCall): Promise<HttpAnswer> {
  const url = new URL(call.url);
  const isPlain = url.protocol === 'http:';
  if (isPlain && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) {
    return Promise.reject(new Error(`refusing plain http to ${url.hostname}`));
  }
  return new Promise((resolve, reject) => {
    const options = {
      method: call.method,
      headers: {
        ...call.headers,
        ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
      },
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(isPlain ? {} : { agent: call.agent }),
    };
    const request = (isPlain ? httpRequest : httpsRequest)(url, options, (response) => {
      readBody(response).then(
        (body) => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers: flatten(response), body });
        },
        (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
      );
    });
    const timer = setTimeout(
      () => request.destroy(new TimeoutError(`no answer from ${url.host} in ${call.timeoutMs} ms`)),
      call.timeoutMs,
    );
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    request.on('error', fail);
    request.end(call.body);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBodyBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flatten(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
