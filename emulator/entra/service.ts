import { randomUUID } from 'node:crypto';
import type { Call, Handler, Outcome, Reply } from '../net/http.ts';
import { pause } from '../net/http.ts';
import { authorize, choose } from './authorize.ts';
import type { EntraContext } from './context.ts';
import { isSharedTenant } from './context.ts';
import { decideDevice, showDevice, startDevice } from './device.ts';
import { errorReply, refusal } from './errors.ts';
import { page } from './pages.ts';
import { token } from './token.ts';

/** OpenID metadata. The authorize address is plain HTTP: a browser would warn of the throw-away certificate. */
function metadata(context: EntraContext, tenant: string): Reply {
  const known = context.world.directory.tenant(tenant);
  const base = context.authority();
  const issuerTenant = known?.id ?? '{tenantid}';
  return {
    status: 200,
    headers: { 'Cache-Control': 'max-age=86400, private' },
    body: {
      token_endpoint: `${base}/${tenant}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      jwks_uri: `${base}/${tenant}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${base}/${issuerTenant}/v2.0`,
      authorization_endpoint: `${context.front()}/${tenant}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${base}/${tenant}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${context.front()}/${tenant}/oauth2/v2.0/logout`,
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'name', 'tid', 'oid', 'preferred_username'],
      tenant_region_scope: 'EU',
    },
  };
}

function instanceDiscovery(context: EntraContext): Reply {
  const host = new URL(context.authority()).host;
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${context.authority()}/common/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  };
}

async function route(context: EntraContext, call: Call, correlationId: string): Promise<Outcome> {
  const parts = call.url.pathname.split('/').filter((part) => part !== '');
  const tenant = decodeURIComponent(parts[0] ?? '');
  const rest = parts.slice(1).join('/').toLowerCase();
  const verb = `${call.method} ${rest}`;
  if (call.url.pathname === '/device') {
    return call.method === 'POST' ? decideDevice(context, call) : showDevice(context, call);
  }
  switch (verb) {
    case 'GET discovery/instance':
      return instanceDiscovery(context);
    case 'GET v2.0/.well-known/openid-configuration':
    case 'GET .well-known/openid-configuration':
      if (!isSharedTenant(tenant) && !context.world.directory.tenant(tenant)) {
        const failure = refusal('invalid_tenant', 90002, `Tenant '${tenant}' not found.`);
        return errorReply(failure, correlationId, context.world.now());
      }
      return metadata(context, tenant);
    case 'GET discovery/v2.0/keys':
    case 'GET discovery/keys':
      return { status: 200, body: context.signer.jwks };
    case 'GET oauth2/v2.0/authorize':
      return authorize(context, tenant, call);
    case 'POST oauth2/v2.0/authorize/choose':
      return choose(context, tenant, call);
    case 'POST oauth2/v2.0/token':
      return token(context, tenant, call, correlationId);
    case 'POST oauth2/v2.0/devicecode':
      return startDevice(context, tenant, call, correlationId);
    case 'GET oauth2/v2.0/logout':
      return {
        ...page('Signed out', '<h1>You signed out</h1><p>You may close this page.</p>'),
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Set-Cookie': 'emulator_sso=; Path=/; Max-Age=0',
        },
      };
    default:
      return { status: 404, body: '' };
  }
}

/** The sign-in service; the same handler serves the TLS authority and the plain front that browsers see. */
export function createEntra(context: EntraContext): Handler {
  return async (call) => {
    const correlationId = call.url.searchParams.get('client-request-id') ?? randomUUID();
    const delay = context.world.faults.take('delaySignIn')?.ms ?? 0;
    await pause(context.world.latencies.callMs + delay);
    const outcome = await route(context, call, correlationId);
    context.world.log({
      plane: 'entra',
      method: call.method,
      host: call.host,
      path: call.url.pathname,
      status: typeof outcome === 'string' ? 0 : outcome.status,
    });
    if (typeof outcome === 'string') return outcome;
    return {
      ...outcome,
      headers: { 'x-ms-request-id': randomUUID(), 'client-request-id': correlationId, ...outcome.headers },
    };
  };
}
