import type { EstateTenant, EstateUser } from '../estate/schema.ts';
import type { EntraContext } from './context.ts';
import { armResource, sshResource } from './context.ts';
import { refusal, type SignInError } from './errors.ts';

/** What a token request asks for beside its grant. */
export interface TokenWish {
  readonly scope: string;
  readonly clientId: string;
  readonly nonce?: string | undefined;
  readonly mfa: boolean;
  /** Body fields of an SSH certificate request. */
  readonly form: Readonly<Record<string, string>>;
}

const openIdScopes = new Set(['openid', 'profile', 'offline_access', 'email']);
/** Audience of a token that asks for nothing but who the user is. */
const graphResource = '00000003-0000-0000-c000-000000000000';

/** The API that a list of scopes belongs to. */
export function resourceOf(scope: string): string | SignInError {
  const scopes = scope.split(' ').filter((part) => part !== '' && !openIdScopes.has(part));
  const resources = new Set(scopes.map((part) => part.slice(0, part.lastIndexOf('/')).replace(/\/+$/, '')));
  if (resources.size > 1)
    return refusal('invalid_scope', 28000, 'Scopes of several resources cannot be asked for at once.');
  const [resource] = resources;
  if (resource === undefined) return graphResource;
  if (resource === armResource || resource === sshResource) return resource;
  return refusal(
    'invalid_resource',
    500011,
    `The resource principal named ${resource} was not found in the tenant.`,
  );
}

function sshCertificate(
  context: EntraContext,
  user: EstateUser,
  tenant: EstateTenant,
  form: Readonly<Record<string, string>>,
): string | SignInError {
  if (context.world.estate.switches.sshCertificates === 'refused') {
    return refusal(
      'invalid_grant',
      65001,
      'The user or administrator has not consented to use the application.',
      {
        suberror: 'consent_required',
      },
    );
  }
  let key: unknown;
  try {
    key = JSON.parse(form['req_cnf'] ?? '');
  } catch {
    key = undefined;
  }
  const { kty, e, n, kid } = (key ?? {}) as Record<string, unknown>;
  if (kty !== 'RSA' || typeof e !== 'string' || typeof n !== 'string' || kid !== form['key_id']) {
    return refusal('invalid_request', 90014, 'The required field req_cnf is missing or holds no RSA key.');
  }
  return context.signSshCertificate({
    exponent: Buffer.from(e, 'base64'),
    modulus: Buffer.from(n, 'base64'),
    upn: user.upn,
    name: user.name,
    oid: context.world.directory.oidOf(user, tenant.id),
    tid: tenant.id,
    now: Math.floor(context.world.now() / 1000),
  });
}

/** The body of a successful token answer for a user in a tenant. */
export async function issueForUser(
  context: EntraContext,
  user: EstateUser,
  tenant: EstateTenant,
  wish: TokenWish,
): Promise<Record<string, unknown> | SignInError> {
  const resource = resourceOf(wish.scope);
  if (typeof resource !== 'string') return resource;
  const seconds = context.world.estate.switches.accessTokenSeconds;
  const oid = context.world.directory.oidOf(user, tenant.id);
  const who = { oid, tid: tenant.id, name: user.name };
  const isCertificate = wish.form['token_type'] === 'ssh-cert';
  const accessToken = isCertificate
    ? sshCertificate(context, user, tenant, wish.form)
    : await context.signer.sign(
        {
          ...who,
          upn: user.upn,
          unique_name: user.upn,
          appid: wish.clientId,
          idtyp: 'user',
          scp: 'user_impersonation',
          amr: wish.mfa ? ['pwd', 'mfa'] : ['pwd'],
          sub: oid,
        },
        `https://sts.windows.net/${tenant.id}/`,
        resource,
        seconds,
      );
  if (typeof accessToken !== 'string') return accessToken;
  const info = JSON.stringify({ uid: context.world.directory.oidOf(user, user.home), utid: user.home });
  return {
    token_type: isCertificate ? 'ssh-cert' : 'Bearer',
    scope: wish.scope
      .split(' ')
      .filter((part) => part !== 'offline_access')
      .join(' '),
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: accessToken,
    refresh_token: context.grants.addRefreshToken({ upn: user.upn, clientId: wish.clientId, mfa: wish.mfa }),
    id_token: await context.signer.sign(
      {
        ...who,
        ver: '2.0',
        preferred_username: user.upn,
        sub: oid,
        ...(wish.nonce === undefined ? {} : { nonce: wish.nonce }),
      },
      `${context.authority()}/${tenant.id}/v2.0`,
      wish.clientId,
      3600,
    ),
    client_info: Buffer.from(info).toString('base64url'),
  };
}
