import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CloudKey } from '../../shared/account.ts';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { type Cloud, cloudSchema, findUnsafePairing, namedClouds } from './cloud.ts';

/** A cloud ready for use: its document, and the certificates of its CA file (PEM), if it names one. */
export interface LoadedCloud {
  /** Its name among those that are known; null: a custom cloud. */
  readonly key: CloudKey | null;
  readonly cloud: Cloud;
  readonly ca: readonly string[] | null;
}

/** Reads and checks a custom-cloud document. Never called with a path that came from a link or from an import. */
export async function loadCloud(path: string): Promise<Result<LoadedCloud>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const code = error instanceof SyntaxError ? 'cloud-document-invalid' : 'cloud-document-unreadable';
    return err(appError(code, { detail: `${path}: ${describeError(error)}` }));
  }
  const parsed = cloudSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const detail = `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    return err(appError('cloud-document-invalid', { detail }));
  }
  const unsafe = findUnsafePairing(parsed.data);
  if (unsafe !== null) return err(appError('cloud-document-unsafe', { detail: `${path} pairs ${unsafe}` }));
  if (parsed.data.caFile === undefined) return ok({ key: null, cloud: parsed.data, ca: null });
  const caPath = resolve(dirname(path), parsed.data.caFile);
  try {
    return ok({ key: null, cloud: parsed.data, ca: [await readFile(caPath, 'utf8')] });
  } catch (error) {
    return err(
      appError('cloud-document-unreadable', { detail: `caFile ${caPath}: ${describeError(error)}` }),
    );
  }
}

/** A cloud that is known by name. */
export function namedCloud(key: CloudKey): LoadedCloud {
  return { key, cloud: namedClouds[key], ca: null };
}
