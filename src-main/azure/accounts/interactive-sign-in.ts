import type { AuthenticationResult, DeviceCodeRequest, PublicClientApplication } from '@azure/msal-node';
import type { Agent } from 'node:https';
import type { SignInFlow } from '../../../shared/account.ts';
import { describeError, drop, type Log } from '../../log/logger.ts';
import { callHttp } from '../../net/https-request.ts';

interface Needs {
  readonly msal: PublicClientApplication;
  readonly agent: Agent;
  readonly openBrowser: (url: string) => Promise<void>;
  readonly log: Log;
}

interface Request {
  readonly scopes: string[];
  readonly authority: string;
  readonly claims?: string;
  readonly prompt?: string;
  readonly loginHint?: string;
}

const page = (title: string, text: string) =>
  `<!doctype html><meta charset="utf-8"><title>${title}</title><body style="font:16px system-ui;margin:4rem auto;max-width:32rem"><h1 style="font-size:1.4rem">${title}</h1><p>${text}</p>`;

/** The one sign-in that may be under way: in the system browser, or by a device code. A second one ends the first. */
export class InteractiveSignIn {
  private readonly needs: Needs;
  private cancelCurrent: (() => void) | null = null;
  /** Counts sign-ins: what a superseded or cancelled one has to say is dropped. */
  private attempt = 0;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Resolves with null if it was cancelled. Throws what MSAL throws. */
  async run(
    method: 'browser' | 'device-code',
    request: Request,
    onProgress: (flow: SignInFlow) => void,
  ): Promise<AuthenticationResult | null> {
    this.cancel();
    const attempt = this.attempt;
    const report = (flow: SignInFlow) => {
      if (attempt === this.attempt) onProgress(flow);
    };
    try {
      const answer =
        method === 'browser'
          ? await this.byBrowser(request, attempt, report)
          : await this.byDeviceCode(request, report);
      return attempt === this.attempt ? answer : null;
    } catch (error) {
      if (attempt !== this.attempt) return null;
      throw error;
    } finally {
      if (attempt === this.attempt) this.cancelCurrent = null;
    }
  }

  /** Ends the sign-in that is under way; its `run` resolves with null. */
  cancel(): void {
    this.attempt++;
    this.cancelCurrent?.();
    this.cancelCurrent = null;
  }

  private byBrowser(request: Request, attempt: number, report: (flow: SignInFlow) => void) {
    report({ kind: 'browser', startedAtMs: Date.now() });
    return this.needs.msal.acquireTokenInteractive({
      ...request,
      successTemplate: page('You are signed in', 'Go back to Sallyport. This page can be closed.'),
      errorTemplate: page('You are not signed in', 'Sallyport says why. This page can be closed.'),
      openBrowser: async (url) => {
        // Cancelled while MSAL still asked for the authority's addresses: no browser for it.
        if (attempt !== this.attempt) {
          drop(this.needs.log, 'sign-in-cancel', this.refuseRedirect(url));
          return;
        }
        this.cancelCurrent = () => drop(this.needs.log, 'sign-in-cancel', this.refuseRedirect(url));
        await this.needs.openBrowser(url);
      },
    });
  }

  /**
   * MSAL has no way to end an interactive sign-in: it waits for the browser's answer. So the answer that a browser
   * would bring after a click on Cancel is sent to its redirect address.
   */
  private async refuseRedirect(authorizeUrl: string): Promise<void> {
    const query = new URL(authorizeUrl).searchParams;
    const body = new URLSearchParams({ error: 'access_denied', state: query.get('state') ?? '' }).toString();
    const url = (query.get('redirect_uri') ?? '').replace('//localhost:', '//127.0.0.1:');
    await callHttp({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      timeoutMs: 5_000,
      agent: this.needs.agent,
    }).catch((error: unknown) => this.needs.log.warn('sign-in-cancel', { error: describeError(error) }));
  }

  private byDeviceCode(request: Request, report: (flow: SignInFlow) => void) {
    const { scopes, authority, claims } = request;
    const wish: DeviceCodeRequest = {
      scopes,
      authority,
      ...(claims === undefined ? {} : { claims }),
      deviceCodeCallback: (answer) =>
        report({
          kind: 'device-code',
          userCode: answer.userCode,
          verificationUrl: answer.verificationUri,
          expiresAtMs: Date.now() + answer.expiresIn * 1000,
        }),
    };
    this.cancelCurrent = () => {
      wish.cancel = true;
    };
    return this.needs.msal.acquireTokenByDeviceCode(wish);
  }
}
