import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type { SshCertificateRequest } from './context.ts';

/** Seconds before and after issue for which a certificate is good. */
const validity = { before: 300, after: 3600 };

function text(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A multiple-precision integer: no needless leading zeros, one zero in front of a set top bit. */
function mpint(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  return text((trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function options(entries: readonly (readonly [name: string, value: string])[]): Buffer {
  return text(
    Buffer.concat(
      entries.map(([name, value]) =>
        Buffer.concat([text(name), value === '' ? text('') : text(text(value))]),
      ),
    ),
  );
}

function rsaBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  return Buffer.concat([
    text('ssh-rsa'),
    mpint(Buffer.from(jwk.e ?? '', 'base64url')),
    mpint(Buffer.from(jwk.n ?? '', 'base64url')),
  ]);
}

/** The authority that signs SSH certificates of this estate. */
export interface SshAuthority {
  /** Line for `TrustedUserCAKeys`. */
  readonly publicKeyLine: string;
  /** The certificate without its type name, as the token endpoint returns it. */
  sign(request: SshCertificateRequest): string;
}

/**
 * A fresh authority. Its certificates have the form of the real ones: one principal (the UPN), good from five minutes
 * ago for 65 minutes, key id `oid@tid`, RSA signed with SHA-256.
 */
export function createSshAuthority(): SshAuthority {
  // Made when first asked for: most estates in tests never are, and an RSA key costs a tenth of a second.
  let made: { readonly key: KeyObject; readonly blob: Buffer } | undefined;
  const keys = (): { readonly key: KeyObject; readonly blob: Buffer } => (made ??= makeKeys());
  return {
    get publicKeyLine() {
      return `ssh-rsa ${keys().blob.toString('base64')} emulated-entra`;
    },
    sign: (request) => signCertificate(request, keys().key, keys().blob),
  };
}

function makeKeys(): { readonly key: KeyObject; readonly blob: Buffer } {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = createPrivateKey(pair.privateKey);
  return { key, blob: rsaBlob(createPublicKey(pair.publicKey)) };
}

function signCertificate(request: SshCertificateRequest, key: KeyObject, authority: Buffer): string {
  const body = Buffer.concat([
    text('ssh-rsa-cert-v01@openssh.com'),
    text(randomBytes(32)),
    mpint(request.exponent),
    mpint(request.modulus),
    uint64(0),
    uint32(1),
    text(`${request.oid}@${request.tid}`),
    text(text(request.upn)),
    uint64(request.now - validity.before),
    uint64(request.now + validity.after),
    text(''),
    // Sorted by name, as the format demands.
    options([
      ['displayname@sshservice.azure.net', request.name],
      ['oid@sshservice.azure.net', request.oid],
      ['permit-X11-forwarding', ''],
      ['permit-agent-forwarding', ''],
      ['permit-port-forwarding', ''],
      ['permit-pty', ''],
      ['permit-user-rc', ''],
      ['tid@sshservice.azure.net', request.tid],
    ]),
    text(''),
    text(authority),
  ]);
  const signature = Buffer.concat([text('rsa-sha2-256'), text(sign('sha256', body, key))]);
  return Buffer.concat([body, text(signature)]).toString('base64');
}
