import { describeError } from '../log/logger.ts';

/** TLS verification failures as OpenSSL and Node name them. */
const tlsCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Those that say: the chain leads to an authority that is in no list of this computer. */
const unknownIssuerCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** The `code` of a Node error, also of its cause; empty if there is none. */
export function errorCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : errorCodeOf(error.cause);
}

/** Whether a failed call failed because the server's certificate is not trusted. */
export function isTlsTrustError(error: unknown): boolean {
  return tlsCodes.has(errorCodeOf(error));
}

/** Whether it failed because nobody here knows the authority that signed the certificate. */
export function isUnknownIssuer(error: unknown): boolean {
  return unknownIssuerCodes.has(errorCodeOf(error));
}

/** What happened, with the code that a search finds, also where Node's text does not hold it. */
export function describeNetworkError(error: unknown): string {
  // Several addresses were tried: the text of the whole is empty, each of its parts is not.
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(describeNetworkError).join('; ');
  const text = describeError(error);
  const code = errorCodeOf(error);
  return text.includes(code) ? text : `${text} [${code}]`;
}
