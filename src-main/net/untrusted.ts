import type { PeerCertificate } from 'node:tls';
import { type AppError, appError } from '../../shared/errors.ts';
import { describeNetworkError, isUnknownIssuer } from './network-errors.ts';

/** The fields of a distinguished name that tell a person whose it is, in the usual order. */
const fields = ['CN', 'OU', 'O'] as const;

/** `CN=Corp Inspect CA, O=Corp`: a distinguished name as a person reads it. */
export function nameOf(subject: PeerCertificate['subject'] | undefined): string {
  if (subject === undefined) return 'nobody';
  const parts = fields.flatMap((field) => {
    // A field that stands there several times is a list, whatever the types say.
    const values = [subject[field] as string | string[] | undefined].flat();
    return values.flatMap((value) => (value === undefined || value === '' ? [] : [`${field}=${value}`]));
  });
  return parts.length === 0 ? 'nobody' : parts.join(', ');
}

/**
 * Says whose certificate was not trusted and who issued it. `who` is the other end, as a person would call it;
 * `certificate` is null where it could not be read.
 */
export function describeUntrusted(
  who: string,
  error: unknown,
  certificate: PeerCertificate | null,
): AppError {
  const why = describeNetworkError(error);
  if (certificate === null) return appError('tls-untrusted', { detail: `${who}: ${why}` });
  const known = isUnknownIssuer(error)
    ? ', which no list of this computer holds; probably your company’s proxy inspects the traffic'
    : '';
  const names = `${nameOf(certificate.subject)}, issued by ${nameOf(certificate.issuer)}${known}`;
  return appError('tls-untrusted', { detail: `${who} showed the certificate of ${names}: ${why}` });
}
