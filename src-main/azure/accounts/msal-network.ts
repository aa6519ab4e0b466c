import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Agent } from 'node:https';
import type { AppError } from '../../../shared/errors.ts';
import { connectFailureOf } from '../../net/connect-failure.ts';
import { callHttp, type HttpAnswer, type HttpCall } from '../../net/https-request.ts';

const timeoutMs = 30_000;

/** MSAL's HTTP calls over an agent of ours, so that trust and proxy are the same everywhere. */
export class MsalNetwork implements INetworkModule {
  private readonly agent: Agent;
  private failure: AppError | null = null;

  constructor(agent: Agent) {
    this.agent = agent;
  }

  /** Why the last call could not connect; null if it did. MSAL's own errors say only that there was something. */
  get lastFailure(): AppError | null {
    return this.failure;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.send('GET', url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.send('POST', url, options);
  }

  private async send<T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const answer = await this.call({
      method,
      url,
      timeoutMs,
      agent: this.agent,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    return { headers: { ...answer.headers }, status: answer.status, body: parseBody(answer.body) as T };
  }

  private async call(call: HttpCall): Promise<HttpAnswer> {
    try {
      const answer = await callHttp(call);
      this.failure = null;
      return answer;
    } catch (error) {
      this.failure = connectFailureOf(error);
      throw error;
    }
  }
}

/** MSAL expects an object; a gateway's HTML page becomes an error object with the page's start as its description. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: an answer of something between us and the authority.
    return { error: 'invalid_answer', error_description: text.slice(0, 300) };
  }
}
