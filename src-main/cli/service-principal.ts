import { ConfidentialClientApplication } from '@azure/msal-node';
import type { Agent } from 'node:https';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Cloud } from '../azure/cloud.ts';
import { MsalNetwork } from '../azure/accounts/msal-network.ts';
import { toSignInError } from '../azure/accounts/sign-in-errors.ts';
import type { TokenRenewal } from '../tunnel/tunnel-types.ts';

/** A program's own sign-in, as the environment names it. */
export interface PrincipalSecret {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The names are those of Azure's own tools. */
export function readPrincipal(env: Readonly<Record<string, string | undefined>>): Result<PrincipalSecret> {
  const tenantId = env['AZURE_TENANT_ID'] ?? '';
  const clientId = env['AZURE_CLIENT_ID'] ?? '';
  const clientSecret = env['AZURE_CLIENT_SECRET'] ?? '';
  const missing = Object.entries({
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
  })
    .filter(([, value]) => value === '')
    .map(([name]) => name);
  if (missing.length > 0)
    return err(appError('principal-incomplete', { detail: `not set: ${missing.join(', ')}` }));
  return ok({ tenantId, clientId, clientSecret });
}

/** Access tokens of a service principal for Azure Resource Manager, kept in memory. */
export class ServicePrincipal {
  private readonly scope: string;
  private readonly network: MsalNetwork;
  private readonly msal: ConfidentialClientApplication;

  constructor(cloud: Cloud, secret: PrincipalSecret, agent: Agent) {
    this.scope = cloud.arm.scope;
    this.network = new MsalNetwork(agent);
    this.msal = new ConfidentialClientApplication({
      auth: {
        clientId: secret.clientId,
        clientSecret: secret.clientSecret,
        authority: new URL(secret.tenantId, `${cloud.authority.replace(/\/$/, '')}/`).href,
        knownAuthorities: [...cloud.knownAuthorities],
        clientCapabilities: ['CP1'],
      },
      system: { networkClient: this.network },
    });
  }

  async token(renewal: TokenRenewal): Promise<Result<string>> {
    try {
      const result = await this.msal.acquireTokenByClientCredential({
        scopes: [this.scope],
        skipCache: renewal.kind !== 'cached',
        ...(renewal.kind === 'claims' ? { claims: renewal.claims } : {}),
      });
      return result === null ? err(appError('sign-in-failed')) : ok(result.accessToken);
    } catch (error) {
      return err(toSignInError(error, this.network.lastFailure));
    }
  }
}
