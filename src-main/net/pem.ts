import { X509Certificate } from 'node:crypto';

const block =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * The certificates in a text, each in the one form of PEM that OpenSSL writes, so that equal ones are equal texts.
 * Comments and keys between them are left out, and so is what is no certificate: one bad entry must not take the whole
 * list away.
 */
export function certificatesIn(text: string): string[] {
  return (text.match(block) ?? []).flatMap((pem) => normalForm(pem) ?? []);
}

/** One certificate from PEM or DER; null if it is none. */
export function normalForm(certificate: string | Buffer): string | null {
  try {
    return new X509Certificate(certificate).toString().trim();
  } catch {
    return null; // not a certificate, or one that OpenSSL does not understand
  }
}
