import type { Notice } from '../shared/state.ts';

interface Facts {
  readonly hasKeyring: boolean;
  readonly keepsPlain: boolean;
  /** Why a policy file that is there was not taken. */
  readonly ignoredPolicy: string | null;
  /** The document of `--cloud` that gave way to the policy. */
  readonly ignoredFlag: string | null;
}

/** What the user must know about this start before anything else. */
export function startNotices(facts: Facts): readonly Notice[] {
  const notices: Notice[] = [];
  if (!facts.hasKeyring && facts.keepsPlain) {
    notices.push({
      id: 'plain-tokens',
      tone: 'warning',
      text: 'Your sign-in is kept in a file that is not encrypted, as you chose. You can change that in the settings.',
      detail: '',
    });
  }
  if (!facts.hasKeyring && !facts.keepsPlain) {
    notices.push({
      id: 'no-keyring',
      tone: 'warning',
      text: 'No keyring was found, so your sign-in is kept in memory only and ends with the app.',
      detail:
        'Unlock or install a keyring (GNOME Keyring or KWallet) to stay signed in. Settings, Account and cloud has another way, with its risk.',
    });
  }
  if (facts.ignoredPolicy !== null) {
    notices.push({
      id: 'policy-ignored',
      tone: 'warning',
      text: 'A policy file of this computer was ignored: not only an administrator could have written it.',
      detail: facts.ignoredPolicy,
    });
  }
  if (facts.ignoredFlag !== null) {
    notices.push({
      id: 'cloud-flag-ignored',
      tone: 'info',
      text: 'Your administrator has fixed the cloud, so --cloud was ignored.',
      detail: facts.ignoredFlag,
    });
  }
  return notices;
}
