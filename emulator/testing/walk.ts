import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { createHash, randomBytes } from 'node:crypto';
import type { CustomCloudDocument } from '../cloud.ts';

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; throws if it is none. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a test says what it expects
  json<T = Record<string, unknown>>(): T;
}

/** What to send. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca?: string;
  /** Connects there instead of to the host of the URL, and says that host by TLS and in the Host header. */
  readonly connectTo?: { readonly port: number };
}

/** One HTTP exchange with real sockets and the emulator's authority. Rejects when the connection is cut. */
export function fetchText(address: string, sending: Sending = {}): Promise<Answer> {
  const url = new URL(address);
  const options = {
    method: sending.method ?? 'GET',
    headers: { ...sending.headers, ...(sending.connectTo ? { host: url.host } : {}) },
    path: url.pathname + url.search,
    host: sending.connectTo ? '127.0.0.1' : url.hostname.replace('localhost', '127.0.0.1'),
    port: sending.connectTo?.port ?? url.port,
    ...(url.protocol === 'https:'
      ? { ca: sending.ca, servername: sending.connectTo ? url.hostname : '' }
      : {}),
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? request : httpRequest)(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- see the interface
          json: <T>() => JSON.parse(text) as T,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(sending.body);
  });
}

/** The hidden fields of the first form of a page. */
export function formFields(html: string): Record<string, string> {
  const decode = (text: string): string =>
    text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
  return Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map((match) => [
      decode(match[1] ?? ''),
      decode(match[2] ?? ''),
    ]),
  );
}

/** Walks the sign-in pages by HTTP: opens an authorize address, picks an account, gives what is posted back. */
export async function pickAccount(authorizeAddress: string, upn: string): Promise<Record<string, string>> {
  const page = await fetchText(authorizeAddress);
  const choice = await fetchText(new URL(authorizeAddress).origin + formAction(page.text), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...formFields(page.text), upn }).toString(),
  });
  if (choice.status === 302)
    return Object.fromEntries(new URL(String(choice.headers['location'])).searchParams);
  return formFields(choice.text);
}

/** Where the first form of a page leads. */
export function formAction(html: string): string {
  return (/<form method="post" action="([^"]*)"/.exec(html)?.[1] ?? '').replace(
    /&#(\d+);/g,
    (_all, code: string) => String.fromCharCode(Number(code)),
  );
}

/** Signs in as a user and gives the token answer, by hand: authorize, pick, redeem. */
export async function signIn(
  cloud: CustomCloudDocument,
  upn: string,
  tenant = 'organizations',
  scope = cloud.arm.scope,
): Promise<Record<string, string>> {
  const ca = await readFile(cloud.caFile, 'utf8');
  const metadata = (
    await fetchText(`${cloud.authority}/${tenant}/v2.0/.well-known/openid-configuration`, { ca })
  ).json<Record<string, string>>();
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: cloud.clientId,
    response_type: 'code',
    redirect_uri: 'http://localhost:1',
    response_mode: 'form_post',
    scope: `${scope} openid profile offline_access`,
    state: 'here',
    client_info: '1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const { code } = await pickAccount(`${metadata['authorization_endpoint']}?${query.toString()}`, upn);
  const answer = await fetchText(metadata['token_endpoint'] ?? '', {
    method: 'POST',
    ca,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: cloud.clientId,
      redirect_uri: 'http://localhost:1',
      scope: `${scope} openid profile offline_access`,
      code: code ?? '',
      code_verifier: verifier,
      client_info: '1',
    }).toString(),
  });
  return answer.json<Record<string, string>>();
}
