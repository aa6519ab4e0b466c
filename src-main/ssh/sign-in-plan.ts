import type { Os } from '../../shared/inventory.ts';
import type { AuthMethod, SignInPlan } from '../../shared/vm-detail.ts';

/** What a sign-in that worked is remembered as. */
export interface LastSuccess {
  readonly user: string;
  readonly method: AuthMethod;
  readonly keyPath: string | null;
  readonly port: number;
}

interface Situation {
  readonly os: Os;
  readonly adminUsername: string;
  readonly lastSuccess: LastSuccess | null;
  readonly hasAgent: boolean;
  /** Private keys in the user's ~/.ssh, best first. */
  readonly keyPaths: readonly string[];
}

const how: Readonly<Record<AuthMethod, string>> = {
  agent: 'the SSH agent',
  key: 'a key file',
  password: 'a password',
};

/** What one click on Connect does without a form, and why: the last success, else the administrator account. */
export function planSignIn({ os, adminUsername, lastSuccess, hasAgent, keyPaths }: Situation): SignInPlan {
  if (lastSuccess !== null) {
    const { user, method } = lastSuccess;
    return {
      ...lastSuccess,
      source: 'last-success',
      reason: `Signs in as ${user} with ${how[method]}, as the last time it worked.`,
    };
  }
  const defaultPort = 22;
  const keyPath = keyPaths[0] ?? null;
  const method: AuthMethod = hasAgent ? 'agent' : keyPath === null ? 'password' : 'key';
  const plan = { method, keyPath: method === 'key' ? keyPath : null, port: defaultPort };
  if (adminUsername === '') {
    return {
      ...plan,
      user: '',
      source: 'none',
      reason: 'Asks for a user name: the administrator account of this machine is not known.',
    };
  }
  const account =
    os === 'windows'
      ? 'the administrator account of this Windows machine'
      : 'the administrator account of this machine';
  return {
    ...plan,
    user: adminUsername,
    source: 'admin-username',
    reason: `Signs in as ${adminUsername} with ${how[method]}: ${account}.`,
  };
}
