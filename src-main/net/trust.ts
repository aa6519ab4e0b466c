import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError, type Log } from '../log/logger.ts';
import { certificatesIn, normalForm } from './pem.ts';
import { readSystemTrust } from './system-trust.ts';

interface Needs {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file of the settings; null: none. */
  readonly caFile: string | null;
  readonly log: Log;
  readonly readSystem?: typeof readSystemTrust;
}

/** Whom to trust. */
export interface Trust {
  /** PEM certificates, each once. */
  readonly ca: readonly string[];
  /** Why the file of the settings is not among them; null if it is, or if there is none. */
  readonly problem: AppError | null;
}

/**
 * Node's own list, the operating system's store, the file that `NODE_EXTRA_CA_CERTS` names and the one of the settings.
 * A part that cannot be read is left out: what it would have added is then not trusted, and the failing connection
 * names the authority.
 */
export async function loadTrust(needs: Needs): Promise<Trust> {
  const { platform, env, caFile, log } = needs;
  const extraFile = env['NODE_EXTRA_CA_CERTS'] ?? '';
  const leaveOut = (what: string) => (error: unknown) => {
    log.warn('trust-incomplete', { what, error: describeError(error) });
    return [];
  };
  const [system, extra, own] = await Promise.all([
    (needs.readSystem ?? readSystemTrust)(platform, env).catch(leaveOut('system')),
    extraFile === ''
      ? []
      : readFile(extraFile, 'utf8').then(certificatesIn).catch(leaveOut('NODE_EXTRA_CA_CERTS')),
    caFile === null ? ok([]) : readCaFile(caFile),
  ]);
  const bundled = rootCertificates.map((each) => normalForm(each) ?? each);
  const ca = [...new Set([...bundled, ...system, ...extra, ...(own.ok ? own.value : [])])];
  const counts = { bundled: bundled.length, system: system.length, extra: extra.length };
  log.info('trust-loaded', { ...counts, own: own.ok ? own.value.length : 0, all: ca.length });
  return { ca, problem: own.ok ? null : own.error };
}

/** The certificates of a file that the user has chosen. */
export async function readCaFile(path: string): Promise<Result<readonly string[]>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return err(appError('ca-file-unreadable', { detail: `${path}: ${describeError(error)}` }));
  }
  const certificates = certificatesIn(text);
  if (certificates.length > 0) return ok(certificates);
  return err(appError('ca-file-invalid', { detail: `${path} holds no certificate in PEM form` }));
}
