import { z } from 'zod';
import type { CloudKey } from '../../shared/account.ts';

const httpsUrl = z.url({ protocol: /^https$/ });

/**
 * Where a cloud's services are. A custom cloud's document has this form (docs/custom-cloud.md);
 * the built-in clouds are values of the same type.
 */
export const cloudSchema = z.strictObject({
  name: z.string().min(1).max(80),
  /** Login host; the tenant is appended to its path. */
  authority: httpsUrl,
  /** `host` or `host:port` of every authority that is taken without asking Microsoft about it. */
  knownAuthorities: z.array(z.string().regex(/^[A-Za-z0-9.-]+(:\d+)?$/)).default([]),
  /** Application (client) id that signs in; absent: the user chooses. */
  clientId: z.guid().optional(),
  arm: z.strictObject({ endpoint: httpsUrl, scope: z.string().min(1) }),
  sshCertScope: z.string().min(1),
  /** Path of a PEM file with certificate authorities; relative to the document. */
  caFile: z.string().min(1).optional(),
  /** Overrides for the Bastion data plane: port, and addresses for its host names. */
  dataPlane: z
    .strictObject({
      port: z.number().int().min(1).max(65_535),
      hosts: z.record(z.string().regex(/^[A-Za-z0-9.-]+$/), z.string().min(1)),
    })
    .optional(),
});
export type Cloud = Readonly<z.infer<typeof cloudSchema>>;

function builtIn(name: string, login: string, arm: string, sshCertScope: string): Cloud {
  return cloudSchema.parse({
    name,
    authority: `https://${login}`,
    arm: { endpoint: `https://${arm}`, scope: `https://${arm}/.default` },
    sshCertScope,
  });
}

export const publicCloud = builtIn(
  'Azure',
  'login.microsoftonline.com',
  'management.azure.com',
  'https://pas.windows.net/CheckMyAccess/Linux/.default',
);

/** The clouds that are known by name. */
export const namedClouds: Readonly<Record<CloudKey, Cloud>> = {
  public: publicCloud,
  'us-government': builtIn(
    'Azure US Government',
    'login.microsoftonline.us',
    'management.usgovcloudapi.net',
    'https://pasff.usgovcloudapi.net/CheckMyAccess/Linux/.default',
  ),
  china: builtIn(
    'Azure China',
    'login.partner.microsoftonline.cn',
    'management.chinacloudapi.cn',
    'https://pas.chinacloudapi.cn/CheckMyAccess/Linux/.default',
  ),
};
export const builtInClouds: readonly Cloud[] = Object.values(namedClouds);

/** Domains whose hosts issue or accept real Microsoft tokens. */
const microsoftDomains = [
  'microsoftonline.com',
  'microsoftonline.us',
  'microsoftonline.cn',
  'microsoftonline.de',
  'microsoftazure.us',
  'microsoft.com',
  'windows.net',
  'azure.com',
  'azure.us',
  'azure.cn',
  'usgovcloudapi.net',
  'chinacloudapi.cn',
  'live.com',
  'sovcloud-identity.fr',
  'sovcloud-identity.de',
  'sovcloud-identity.sg',
];

function isMicrosoftHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  return microsoftDomains.some((domain) => bare === domain || bare.endsWith(`.${domain}`));
}

function hostOf(urlOrScope: string): string {
  // `host:443` parses as a URL whose scheme is the host; only what has `//` is one.
  return urlOrScope.includes('//') && URL.canParse(urlOrScope) ? new URL(urlOrScope).host : urlOrScope;
}

/**
 * Why a document must be refused, or null. If anything in it could bring a real Microsoft token into being
 * (authority, known authority or scope), then the tokens may only go to the ARM host of that same cloud, and
 * no data-plane host may be redirected.
 */
export function findUnsafePairing(cloud: Cloud): string | null {
  const issuers = [cloud.authority, ...cloud.knownAuthorities, cloud.arm.scope, cloud.sshCertScope].map(
    hostOf,
  );
  const microsoftIssuer = issuers.find(isMicrosoftHost);
  if (microsoftIssuer === undefined) return null;
  const sameCloud = builtInClouds.find((known) => hostOf(known.authority) === hostOf(cloud.authority));
  if (sameCloud === undefined) return `${microsoftIssuer} with the authority ${hostOf(cloud.authority)}`;
  if (hostOf(sameCloud.arm.endpoint) !== hostOf(cloud.arm.endpoint)) {
    return `${microsoftIssuer} with the Azure Resource Manager host ${hostOf(cloud.arm.endpoint)}`;
  }
  if (cloud.dataPlane !== undefined) return `${microsoftIssuer} with redirected data-plane hosts`;
  return null;
}
