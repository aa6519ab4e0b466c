import type { CloudKey, Identity } from '../../shared/account.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Policy } from '../policy/policy.ts';
import { loadCloud, type LoadedCloud, namedCloud } from './load-cloud.ts';

interface Wishes {
  /** Path of the document after `--cloud`. */
  readonly flag: string | null;
  readonly policy: Policy;
  /** The user's choice. */
  readonly setting: CloudKey;
}

/** The cloud of this run, and who decided it. */
export interface ChosenCloud {
  readonly loaded: LoadedCloud;
  readonly from: Identity['cloudFrom'];
  /** A `--cloud` that gave way to the policy. */
  readonly ignoredFlag: string | null;
}

/** The administrator decides first, then the command line, then the user's setting. */
export async function chooseCloud({ flag, policy, setting }: Wishes): Promise<Result<ChosenCloud>> {
  if (policy.cloudFile !== undefined) return custom(policy.cloudFile, 'policy', flag);
  if (policy.cloud !== undefined)
    return ok({ loaded: namedCloud(policy.cloud), from: 'policy', ignoredFlag: flag });
  if (flag !== null) return custom(flag, 'command-line', null);
  return ok({ loaded: namedCloud(setting), from: 'user', ignoredFlag: null });
}

async function custom(
  path: string,
  from: ChosenCloud['from'],
  ignoredFlag: string | null,
): Promise<Result<ChosenCloud>> {
  const loaded = await loadCloud(path);
  return loaded.ok ? ok({ loaded: loaded.value, from, ignoredFlag }) : loaded;
}
