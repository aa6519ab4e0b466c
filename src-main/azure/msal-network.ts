import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Agent } from 'node:https';
import { callHttp } from '../net/https-request.ts';

const timeoutMs = 30_000;

/** MSAL's HTTP calls over an agent of ours, so that trust and, later, the proxy are the same everywhere. */
export class MsalNetwork implements INetworkModule {
  private readonly agent: Agent;

  constructor(agent: Agent) {
    this.agent = agent;
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
    const answer = await callHttp({
      method,
      url,
      timeoutMs,
      agent: this.agent,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    return { headers: { ...answer.headers }, status: answer.status, body: parseBody(answer.body) as T };
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
