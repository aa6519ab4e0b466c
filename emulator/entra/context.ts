import type { EstateTenant, EstateUser } from '../estate/schema.ts';
import type { World } from '../world.ts';
import type { Grants } from './grants.ts';
import type { TokenSigner } from './tokens.ts';

/** What the parts of the sign-in service share. */
export interface EntraContext {
  readonly world: World;
  readonly grants: Grants;
  readonly signer: TokenSigner;
  /** `https://127.0.0.1:P`, where tokens come from. */
  authority(): string;
  /** `http://localhost:P`, where a browser is sent. */
  front(): string;
  /** Signs an SSH certificate for a public key; text as the token endpoint returns it. */
  signSshCertificate(input: SshCertificateRequest): string;
}

/** Who wants a certificate, and for which RSA key. */
export interface SshCertificateRequest {
  readonly exponent: Buffer;
  readonly modulus: Buffer;
  readonly upn: string;
  readonly name: string;
  readonly oid: string;
  readonly tid: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Audience of ARM tokens. */
export const armResource = 'https://management.emulated.example';
/** Resource that gives SSH certificates. */
export const sshResource = 'https://pas.emulated.example/CheckMyAccess/Linux';

/** Names that stand for the home tenant of whoever signs in. */
export function isSharedTenant(segment: string): boolean {
  return ['common', 'organizations', 'consumers'].includes(segment.toLowerCase());
}

/** The tenant that a sign-in at `segment` ends in for this user. */
export function tenantFor(
  context: EntraContext,
  segment: string,
  user: EstateUser,
): EstateTenant | undefined {
  return context.world.directory.tenant(isSharedTenant(segment) ? user.home : segment);
}

/** Whether an application may sign in at all. */
export function isKnownClient(context: EntraContext, clientId: string | undefined): clientId is string {
  const id = clientId?.toLowerCase();
  return id !== undefined && context.world.estate.clientIds.some((known) => known.toLowerCase() === id);
}
