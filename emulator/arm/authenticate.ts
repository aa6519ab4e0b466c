import type { Principal } from '../estate/directory.ts';
import { armResource } from '../entra/context.ts';
import type { Claims, TokenSigner } from '../entra/tokens.ts';
import type { Reply } from '../net/http.ts';
import { armError } from './errors.ts';

/** The principal that a token stands for. */
export function principalOf(claims: Claims): Principal {
  return claims.idtyp === 'app'
    ? { key: claims.appid, tenantId: claims.tid, oid: claims.oid, kind: 'servicePrincipal' }
    : { key: claims.upn ?? claims.oid, tenantId: claims.tid, oid: claims.oid, kind: 'user' };
}

function refuse(code: string, message: string, challenge: string): Reply {
  const reply = armError(401, code, message);
  return { ...reply, headers: { 'WWW-Authenticate': challenge } };
}

const plainChallenge =
  'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="The access token is invalid."';

/** Checks the `Authorization` header; gives who calls, or the 401 that ARM writes. */
export async function authenticate(
  header: string | undefined,
  signer: TokenSigner,
): Promise<{ readonly caller: Principal; readonly name: string } | Reply> {
  const match = /^Bearer (.+)$/i.exec(header ?? '');
  if (!match) {
    return refuse(
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
      plainChallenge,
    );
  }
  const verdict = await signer.verify(match[1] ?? '', armResource);
  switch (verdict) {
    case 'expired':
      return refuse(
        'ExpiredAuthenticationToken',
        'The access token expiry UTC time is earlier than current UTC time.',
        plainChallenge,
      );
    case 'wrong-audience':
      return refuse(
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences '${armResource}'.`,
        plainChallenge,
      );
    case 'malformed':
    case 'bad-signature':
      return refuse('InvalidAuthenticationToken', 'The access token is invalid.', plainChallenge);
    default: {
      const caller = principalOf(verdict);
      return { caller, name: caller.key };
    }
  }
}

/** 401 for a token of another tenant than the subscription's. */
export function wrongTenant(callerTenant: string, tenant: string): Reply {
  return refuse(
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${callerTenant}/'. It must match the tenant 'https://sts.windows.net/${tenant}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${tenant}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
    `Bearer authorization_uri="https://login.windows.net/${tenant}", error="invalid_token", error_description="The authentication failed because the access token is from the wrong issuer."`,
  );
}

/** 401 that asks for a fresh sign-in although the token has not expired. */
export function claimsChallenge(): Reply {
  const claims = Buffer.from(
    JSON.stringify({ access_token: { nbf: { essential: true, value: '1604106651' } } }),
  ).toString('base64');
  return refuse(
    'InvalidAuthenticationToken',
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
    `Bearer realm="", authorization_uri="https://login.windows.net/", error="insufficient_claims", claims="${claims}"`,
  );
}
