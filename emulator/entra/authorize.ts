import { randomUUID } from 'node:crypto';
import type { Call, Reply } from '../net/http.ts';
import { parseForm } from '../net/http.ts';
import type { EntraContext } from './context.ts';
import { isKnownClient, isSharedTenant, tenantFor } from './context.ts';
import { describe, notAMember, refusal, type SignInError } from './errors.ts';
import { accountPicker, failurePage, selfPostingForm } from './pages.ts';

const cookieName = 'emulator_sso';
const codeLifeMs = 10 * 60 * 1000;

/** Loopback on any port, as a public client's registration allows. */
function isLoopback(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const url = new URL(redirectUri);
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function signedInUpn(call: Call): string | undefined {
  const match = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`).exec(call.headers.cookie ?? '');
  return match?.[1] === undefined ? undefined : decodeURIComponent(match[1]);
}

/** Faults of a request that must not be sent to its redirect address, because the address cannot be trusted. */
function findUntrusted(
  context: EntraContext,
  tenant: string,
  query: Readonly<Record<string, string>>,
): string | undefined {
  if (!isSharedTenant(tenant) && !context.world.directory.tenant(tenant)) {
    return `AADSTS90002: Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`;
  }
  if (!isKnownClient(context, query['client_id'])) {
    return `AADSTS700016: Application with identifier '${query['client_id'] ?? ''}' was not found in the directory.`;
  }
  if (!isLoopback(query['redirect_uri'] ?? '')) {
    return `AADSTS50011: The redirect URI '${query['redirect_uri'] ?? ''}' specified in the request does not match the redirect URIs configured for the application.`;
  }
  return undefined;
}

function answer(
  query: Readonly<Record<string, string>>,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Reply {
  const redirect = query['redirect_uri'] ?? '';
  const all = { ...fields, ...(query['state'] === undefined ? {} : { state: query['state'] }) };
  const mode = query['response_mode'] ?? 'query';
  if (mode === 'form_post') {
    const form = selfPostingForm(redirect, all);
    return { ...form, headers: { ...form.headers, ...headers } };
  }
  const text = new URLSearchParams(all).toString();
  const glue = mode === 'fragment' ? '#' : redirect.includes('?') ? '&' : '?';
  return {
    status: 302,
    headers: { ...headers, Location: `${redirect}${glue}${text}`, 'Cache-Control': 'no-store' },
  };
}

function refuse(context: EntraContext, query: Readonly<Record<string, string>>, failure: SignInError): Reply {
  return answer(query, {
    error: failure.error,
    error_description: describe(
      failure,
      randomUUID(),
      query['client-request-id'] ?? randomUUID(),
      context.world.now(),
    ),
    ...(failure.suberror === undefined ? {} : { error_subcode: failure.suberror }),
  });
}

function grant(
  context: EntraContext,
  tenant: string,
  query: Readonly<Record<string, string>>,
  upn: string,
): Reply {
  const user = context.world.directory.user(upn);
  const home = user && tenantFor(context, tenant, user);
  if (!user || !home)
    return failurePage(`AADSTS50034: The user account ${upn} does not exist in the directory.`);
  if (!context.world.directory.isMember(user, home.id)) {
    return refuse(context, query, { ...notAMember(user.upn, home.name), error: 'access_denied' });
  }
  context.world.counters.authorizations += 1;
  const code = context.grants.addCode({
    upn: user.upn,
    clientId: query['client_id'] ?? '',
    // A second factor is asked for where the tenant wants one, or the client repeats the claims of a refusal.
    mfa: home.requireMfa || (query['claims'] ?? '').includes('capolids'),
    tenant,
    redirectUri: query['redirect_uri'] ?? '',
    challenge: query['code_challenge'],
    nonce: query['nonce'],
    expiresAt: context.world.now() + codeLifeMs,
  });
  const info = JSON.stringify({ uid: context.world.directory.oidOf(user, user.home), utid: user.home });
  return answer(
    query,
    {
      code,
      ...(query['client_info'] === '1' ? { client_info: Buffer.from(info).toString('base64url') } : {}),
      session_state: randomUUID(),
    },
    { 'Set-Cookie': `${cookieName}=${encodeURIComponent(user.upn)}; Path=/; HttpOnly; SameSite=Lax` },
  );
}

/**
 * `GET /{tenant}/oauth2/v2.0/authorize`: shows the accounts; or answers at once when the browser is signed in and the
 * request allows it.
 */
export function authorize(context: EntraContext, tenant: string, call: Call): Reply {
  const query = Object.fromEntries(call.url.searchParams);
  const untrusted = findUntrusted(context, tenant, query);
  if (untrusted !== undefined) return failurePage(untrusted);
  if (query['response_type'] !== 'code') {
    return refuse(
      context,
      query,
      refusal('unsupported_response_type', 700054, 'Only the response type code is enabled.'),
    );
  }
  if (query['code_challenge'] === undefined || query['code_challenge_method'] !== 'S256') {
    return refuse(
      context,
      query,
      refusal('invalid_request', 50147, 'A public client must send a code challenge of method S256.'),
    );
  }
  const prompts = (query['prompt'] ?? '').split(' ');
  const current = signedInUpn(call);
  const hint = query['login_hint'];
  const isSignedIn =
    current !== undefined &&
    context.world.directory.user(current) !== undefined &&
    (hint === undefined || hint.toLowerCase() === current.toLowerCase());
  if (prompts.includes('none')) {
    return isSignedIn
      ? grant(context, tenant, query, current)
      : refuse(
          context,
          query,
          refusal('login_required', 50058, 'A silent sign-in request was sent but no user is signed in.'),
        );
  }
  // With a hint the browser's session is enough; without one the accounts are shown, so that the demo never skips them.
  const isForced = prompts.includes('login') || prompts.includes('select_account');
  if (isSignedIn && hint !== undefined && !isForced) return grant(context, tenant, query, current);
  return accountPicker({
    action: `/${tenant}/oauth2/v2.0/authorize/choose`,
    users: context.world.estate.users,
    tenant: context.world.directory.tenant(tenant),
    application: query['client_id'] ?? '',
    fields: query,
    hint,
  });
}

/** `POST …/authorize/choose`: an account was picked, or the user cancelled. */
export async function choose(context: EntraContext, tenant: string, call: Call): Promise<Reply> {
  const { upn, cancel, ...query } = parseForm(await call.body());
  const untrusted = findUntrusted(context, tenant, query);
  if (untrusted !== undefined) return failurePage(untrusted);
  if (cancel !== undefined || upn === undefined) {
    return refuse(context, query, refusal('access_denied', 65004, 'The user declined to sign in.'));
  }
  return grant(context, tenant, query, upn);
}
