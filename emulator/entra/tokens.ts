import { createHash, createPublicKey, generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { createLocalJWKSet, errors, exportJWK, type JWK, jwtVerify, SignJWT } from 'jose';

/** What an access token says about its owner. */
export interface Claims {
  readonly tid: string;
  readonly oid: string;
  readonly aud: string;
  readonly exp: number;
  /** UPN; absent for a program. */
  readonly upn?: string;
  readonly name?: string;
  readonly appid: string;
  readonly idtyp: 'user' | 'app';
}

/** Why a token was not accepted. */
type TokenRefusal = 'malformed' | 'bad-signature' | 'expired' | 'wrong-audience';

/** Signs and checks the estate's JSON web tokens (RS256). */
export interface TokenSigner {
  readonly jwks: { readonly keys: readonly JWK[] };
  sign(payload: Record<string, unknown>, issuer: string, audience: string, seconds: number): Promise<string>;
  verify(token: string, audience: string): Promise<Claims | TokenRefusal>;
}

/** A signer with a fresh key. `now` is in milliseconds. */
export async function createTokenSigner(now: () => number): Promise<TokenSigner> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const publicKey = createPublicKey(privateKey);
  const kid = createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' };
  const keySet = createLocalJWKSet({ keys: [jwk] });
  // One signature check costs tens of microseconds; a list of 50,000 machines asks for the same token again and again.
  const checked = new Map<string, Claims>();
  return {
    jwks: { keys: [jwk] },
    sign(payload, issuer, audience, seconds) {
      const at = Math.floor(now() / 1000);
      return new SignJWT({ ...payload, ver: '1.0', uti: randomUUID() })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, x5t: kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(at)
        .setNotBefore(at)
        .setExpirationTime(at + seconds)
        .sign(privateKey);
    },
    async verify(token, audience) {
      const known = checked.get(token);
      if (known) {
        if (known.exp * 1000 <= now()) return 'expired';
        return sameAudience(known.aud, audience) ? known : 'wrong-audience';
      }
      try {
        const { payload } = await jwtVerify(token, keySet, {
          currentDate: new Date(now()),
          algorithms: ['RS256'],
        });
        const claims = payload as unknown as Claims;
        if (!sameAudience(claims.aud, audience)) return 'wrong-audience';
        if (checked.size > 1000) checked.clear();
        checked.set(token, claims);
        return claims;
      } catch (error) {
        if (error instanceof errors.JWTExpired) return 'expired';
        if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad-signature';
        return 'malformed';
      }
    },
  };
}

/** Audiences with and without a trailing slash name the same API. */
function sameAudience(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
