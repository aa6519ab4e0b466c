/**
 * The claims that a 401 asks for (continuous access), or null if it is another refusal. Form:
 * `Bearer …, error="insufficient_claims", claims="{base64}"`
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
export function readClaimsChallenge(header: string | undefined): string | null {
  if (header === undefined || header.length > 16_384) return null;
  if (!/\berror="insufficient_claims"/i.test(header)) return null;
  const encoded = /\bclaims="([A-Za-z0-9+/_=-]+)"/.exec(header)?.[1];
  if (encoded === undefined) return null;
  const claims = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    const parsed: unknown = JSON.parse(claims);
    return typeof parsed === 'object' && parsed !== null ? claims : null;
  } catch {
    return null; // not what the protocol says: nothing that Entra could answer
  }
}
