import { randomBytes } from 'node:crypto';

/** Who signed in, and how. */
export interface SignedIn {
  readonly upn: string;
  readonly clientId: string;
  /** Signed in at a page, with a second factor where a tenant wants one. */
  readonly mfa: boolean;
}

/** What stands behind an authorization code. */
interface CodeGrant extends SignedIn {
  readonly tenant: string;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly nonce: string | undefined;
  readonly expiresAt: number;
}

/** A sign-in on another device. */
interface DeviceGrant {
  readonly userCode: string;
  readonly clientId: string;
  readonly tenant: string;
  readonly scope: string;
  readonly expiresAt: number;
  /** What the user did: nothing yet, said no, or chose an account. */
  decision: 'pending' | 'declined' | { readonly upn: string };
}

/** Codes and refresh tokens that were handed out. */
export interface Grants {
  addCode(grant: CodeGrant): string;
  /** Takes a code; a second time it is gone. */
  takeCode(code: string): CodeGrant | undefined;
  addRefreshToken(grant: SignedIn): string;
  refreshToken(token: string): SignedIn | undefined;
  revokeRefreshToken(token: string): void;
  revokeAll(): void;
  addDevice(grant: Omit<DeviceGrant, 'userCode' | 'decision'>): {
    readonly code: string;
    readonly grant: DeviceGrant;
  };
  device(code: string): DeviceGrant | undefined;
  deviceByUserCode(userCode: string): DeviceGrant | undefined;
  dropDevice(code: string): void;
}

/** Letters that cannot be confused with each other when read aloud. */
const userCodeLetters = 'BCDFGHJKLMNPQRSTVWXZ';

function opaque(prefix: string): string {
  return `${prefix}${randomBytes(48).toString('base64url')}`;
}

/** An empty store. */
export function createGrants(): Grants {
  const codes = new Map<string, CodeGrant>();
  const refreshTokens = new Map<string, SignedIn>();
  const devices = new Map<string, DeviceGrant>();
  return {
    addCode(grant) {
      const code = opaque('1.A');
      codes.set(code, grant);
      return code;
    },
    takeCode(code) {
      const grant = codes.get(code);
      codes.delete(code);
      return grant;
    },
    addRefreshToken(grant) {
      const token = opaque('1.R');
      refreshTokens.set(token, grant);
      return token;
    },
    refreshToken: (token) => refreshTokens.get(token),
    revokeRefreshToken: (token) => refreshTokens.delete(token),
    revokeAll: () => refreshTokens.clear(),
    addDevice(input) {
      const userCode = [...randomBytes(9)].map((byte) => userCodeLetters[byte % 20] ?? 'B').join('');
      const grant: DeviceGrant = { ...input, userCode, decision: 'pending' };
      const code = opaque('D');
      devices.set(code, grant);
      return { code, grant };
    },
    device: (code) => devices.get(code),
    deviceByUserCode: (userCode) => [...devices.values()].find((grant) => grant.userCode === userCode),
    dropDevice: (code) => devices.delete(code),
  };
}
