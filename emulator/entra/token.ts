import { createHash, timingSafeEqual } from 'node:crypto';
import { importX509, jwtVerify } from 'jose';
import { guidFrom } from '../estate/ids.ts';
import type { EstateServicePrincipal } from '../estate/schema.ts';
import type { Call, Reply } from '../net/http.ts';
import { parseForm } from '../net/http.ts';
import type { EntraContext } from './context.ts';
import { isKnownClient, isSharedTenant, tenantFor } from './context.ts';
import { errorReply, mfaNeeded, notAMember, refusal, type SignInError } from './errors.ts';
import type { SignedIn } from './grants.ts';
import { issueForUser, resourceOf } from './issue.ts';

type Form = Readonly<Record<string, string>>;
type Result = Record<string, unknown> | SignInError;

function isFailure(result: Result): result is SignInError {
  return typeof result['error'] === 'string' && typeof result['code'] === 'number';
}

/** `POST /{tenant}/oauth2/v2.0/token`. */
export async function token(
  context: EntraContext,
  tenant: string,
  call: Call,
  correlationId: string,
): Promise<Reply> {
  const form = parseForm(await call.body());
  const result = await redeem(context, tenant, form);
  if (isFailure(result)) return errorReply(result, correlationId, context.world.now());
  context.world.counters.signInTokens += 1;
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store, no-cache', Pragma: 'no-cache' },
    body: result,
  };
}

async function redeem(context: EntraContext, tenant: string, form: Form): Promise<Result> {
  const fault = context.world.faults.take('failSignIn');
  if (fault) {
    return refusal(fault.error, fault.code, fault.text, {
      status: fault.status,
      ...(fault.suberror === undefined ? {} : { suberror: fault.suberror }),
    });
  }
  if (!isSharedTenant(tenant) && !context.world.directory.tenant(tenant)) {
    return refusal('invalid_request', 90002, `Tenant '${tenant}' not found.`);
  }
  const grantType = form['grant_type'] ?? '';
  if (grantType === 'client_credentials') return redeemProgram(context, tenant, form);
  if (!isKnownClient(context, form['client_id'])) {
    return refusal('unauthorized_client', 700016, 'The application was not found in the directory.');
  }
  switch (grantType) {
    case 'authorization_code':
      return redeemCode(context, tenant, form);
    case 'refresh_token':
      return redeemRefreshToken(context, tenant, form);
    case 'device_code':
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return redeemDevice(context, tenant, form);
    default:
      return refusal(
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${grantType}'.`,
      );
  }
}

async function forUser(
  context: EntraContext,
  tenant: string,
  form: Form,
  signedIn: SignedIn,
  nonce?: string,
): Promise<Result> {
  const user = context.world.directory.user(signedIn.upn);
  const home = user && tenantFor(context, tenant, user);
  if (!user || !home)
    return refusal('invalid_grant', 50034, 'The user account does not exist in the directory.');
  if (!context.world.directory.isMember(user, home.id)) return notAMember(user.upn, home.name);
  if (home.requireMfa && !signedIn.mfa) return mfaNeeded();
  return issueForUser(context, user, home, {
    scope: form['scope'] ?? '',
    clientId: signedIn.clientId,
    nonce,
    mfa: signedIn.mfa,
    form,
  });
}

async function redeemCode(context: EntraContext, tenant: string, form: Form): Promise<Result> {
  const grant = context.grants.takeCode(form['code'] ?? '');
  if (!grant) {
    return refusal('invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed or is not known.');
  }
  if (grant.expiresAt <= context.world.now()) {
    return refusal('invalid_grant', 70008, 'The provided authorization code has expired.');
  }
  if (
    grant.clientId.toLowerCase() !== form['client_id']?.toLowerCase() ||
    grant.redirectUri !== form['redirect_uri']
  ) {
    return refusal(
      'invalid_grant',
      500112,
      'The reply address does not match the one of the authorization request.',
    );
  }
  const proof = createHash('sha256')
    .update(form['code_verifier'] ?? '')
    .digest('base64url');
  if (proof !== grant.challenge) {
    return refusal(
      'invalid_grant',
      501481,
      'The code verifier does not match the code challenge of the authorization request.',
    );
  }
  return forUser(context, tenant, form, grant, grant.nonce);
}

/** A second factor is asked for where the tenant wants one; elsewhere a sign-in stays with one factor. */
function homeWantsMfa(context: EntraContext, tenant: string, upn: string): boolean {
  const user = context.world.directory.user(upn);
  return (user && tenantFor(context, tenant, user)?.requireMfa) ?? false;
}

async function redeemRefreshToken(context: EntraContext, tenant: string, form: Form): Promise<Result> {
  const text = form['refresh_token'] ?? '';
  const signedIn = context.grants.refreshToken(text);
  if (!signedIn || signedIn.clientId.toLowerCase() !== form['client_id']?.toLowerCase()) {
    return refusal(
      'invalid_grant',
      700082,
      'The refresh token has expired due to inactivity or was revoked.',
    );
  }
  const result = await forUser(context, tenant, form, signedIn);
  if (!isFailure(result) && context.world.estate.switches.usedRefreshTokens === 'revoked') {
    context.grants.revokeRefreshToken(text);
  }
  return result;
}

async function redeemDevice(context: EntraContext, tenant: string, form: Form): Promise<Result> {
  const code = form['device_code'] ?? '';
  const grant = context.grants.device(code);
  if (!grant) return refusal('invalid_grant', 70018, 'The device code is not known.');
  if (grant.expiresAt <= context.world.now()) {
    context.grants.dropDevice(code);
    return refusal('expired_token', 70020, 'The provided value for the device code has expired.');
  }
  if (grant.decision === 'pending') {
    return refusal(
      'authorization_pending',
      70016,
      'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
    );
  }
  context.grants.dropDevice(code);
  if (grant.decision === 'declined') {
    return refusal('authorization_declined', 70000, 'The user declined to sign in.');
  }
  return forUser(
    context,
    tenant,
    { ...form, scope: form['scope'] ?? grant.scope },
    {
      upn: grant.decision.upn,
      clientId: grant.clientId,
      mfa: homeWantsMfa(context, tenant, grant.decision.upn),
    },
  );
}

function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

async function proves(
  context: EntraContext,
  principal: EstateServicePrincipal,
  form: Form,
  tenant: string,
): Promise<boolean> {
  const assertion = form['client_assertion'];
  if (assertion !== undefined && principal.certificate !== undefined) {
    try {
      const key = await importX509(principal.certificate, 'RS256');
      const audience = [
        `${context.authority()}/${tenant}/oauth2/v2.0/token`,
        `${context.authority()}/${principal.tenant}/v2.0`,
      ];
      await jwtVerify(assertion, key, {
        audience,
        issuer: principal.clientId,
        algorithms: ['RS256', 'PS256'],
      });
      return true;
    } catch {
      // Whatever is wrong with the assertion, the answer is the same.
      return false;
    }
  }
  return principal.secret !== undefined && sameText(form['client_secret'] ?? '', principal.secret);
}

async function redeemProgram(context: EntraContext, tenant: string, form: Form): Promise<Result> {
  const clientId = form['client_id']?.toLowerCase();
  const home = context.world.directory.tenant(tenant);
  const principal = context.world.estate.servicePrincipals.find(
    (entry) =>
      entry.clientId.toLowerCase() === clientId && entry.tenant.toLowerCase() === home?.id.toLowerCase(),
  );
  if (!principal || !home) {
    return refusal('unauthorized_client', 700016, 'The application was not found in the directory.');
  }
  if (!(await proves(context, principal, form, tenant))) {
    return refusal('invalid_client', 7000215, 'Invalid client secret provided.', { status: 401 });
  }
  const resource = resourceOf(form['scope'] ?? '');
  if (typeof resource !== 'string') return resource;
  const seconds = context.world.estate.switches.accessTokenSeconds;
  const oid = principal.oid ?? guidFrom(`principal ${principal.clientId}`);
  return {
    token_type: 'Bearer',
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: await context.signer.sign(
      { oid, tid: home.id, appid: principal.clientId, name: principal.name, idtyp: 'app', sub: oid },
      `https://sts.windows.net/${home.id}/`,
      resource,
      seconds,
    ),
  };
}
