import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { isAbsent } from '../profiles/json-file.ts';
import { noPolicy, type Policy, policyPath, policySchema } from './policy.ts';

/** What was found: a policy (perhaps one that fixes nothing), and why a file that is there was not taken. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly ignored: string | null;
}

interface Place {
  readonly path: string;
  readonly platform: NodeJS.Platform;
  /** Who must own the file and its folder on Linux and macOS. */
  readonly ownerId: number;
}

/**
 * Reads the administrator's policy. A file that anybody but its owner could have written is no policy and is ignored; one
 * that an administrator has written wrongly is an error, since going on would undo what it was meant to fix.
 */
export async function loadPolicy({ path, platform, ownerId }: Place): Promise<Result<LoadedPolicy>> {
  let text: string;
  try {
    const file = await open(path);
    try {
      const why =
        platform === 'win32' ? null : whyNotTrusted(await file.stat(), await stat(dirname(path)), ownerId);
      if (why !== null) return ok({ policy: noPolicy, ignored: `${path}: ${why}` });
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAbsent(error)) return ok({ policy: noPolicy, ignored: null });
    return err(appError('policy-invalid', { detail: `${path}: ${describeError(error)}` }));
  }
  return parsePolicy(path, text);
}

interface Wanted {
  /** Another place than the usual one; development and tests only. */
  readonly wantedPath: string | null;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The policy of this computer: root's file, or the one that a test names and owns. */
export function findPolicy({ wantedPath, platform, env }: Wanted): Promise<Result<LoadedPolicy>> {
  if (wantedPath === null) return loadPolicy({ path: policyPath(platform, env), platform, ownerId: 0 });
  if (!isAbsolute(wantedPath))
    return Promise.resolve(err(appError('policy-invalid', { detail: '--policy needs an absolute path' })));
  return loadPolicy({ path: wantedPath, platform, ownerId: process.getuid?.() ?? 0 });
}

function whyNotTrusted(file: Stats, folder: Stats, ownerId: number): string | null {
  if (!file.isFile()) return 'it is no file';
  for (const [what, stats] of [
    ['the file', file],
    ['its folder', folder],
  ] as const) {
    if (stats.uid !== ownerId) return `${what} is owned by user ${stats.uid}`;
    if ((stats.mode & 0o022) !== 0) return `${what} can be written by others`;
  }
  return null;
}

function parsePolicy(path: string, text: string): Result<LoadedPolicy> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return err(appError('policy-invalid', { detail: `${path}: ${describeError(error)}` }));
  }
  const parsed = policySchema.safeParse(json);
  if (parsed.success) return ok({ policy: parsed.data, ignored: null });
  const issue = parsed.error.issues[0];
  return err(
    appError('policy-invalid', {
      detail: `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    }),
  );
}
