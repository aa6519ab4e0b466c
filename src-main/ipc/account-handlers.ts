import { appError } from '../../shared/errors.ts';
import type { windowChannels } from '../../shared/ipc.ts';
import { err, ok } from '../../shared/result.ts';
import type { Services } from '../compose.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AskTrust } from '../trust.ts';
import type { Handlers } from './serve-channels.ts';

interface Needs {
  readonly services: Pick<Services, 'accounts' | 'identity'>;
  readonly state: StateStore;
  readonly ask: AskTrust;
  readonly restart: () => void;
}

type AccountChannel = Extract<keyof typeof windowChannels, `account:${string}`>;
type Channels = Pick<typeof windowChannels, AccountChannel>;

/** What the page may ask of the accounts. It names accounts and directories by their ids, and never sees a token. */
export function accountHandlers({ services, state, ask, restart }: Needs): Handlers<Channels> {
  const { accounts, identity } = services;
  return {
    'account:sign-in': ({ method }) => accounts.signIn(method),
    'account:cancel-sign-in': () => {
      accounts.cancel();
      return ok(null);
    },
    'account:sign-out': ({ accountId }) => accounts.signOut(accountId),
    'account:repair': ({ accountId, tenantId }) => accounts.repair(accountId, tenantId),
    'account:choose-for-tenant': ({ tenantId, accountId }) => identity.chooseForTenant(tenantId, accountId),
    'account:set-registration': (registration) => identity.setRegistration(registration),
    'account:set-cloud': ({ cloud }) => identity.setCloud(cloud),
    'account:restart': () => {
      restart();
      return ok(null);
    },
    'account:set-plain-cache': async ({ isOn }) => {
      if (isOn) {
        if (!identity.mayKeepPlain) return err(appError('policy-pinned'));
        const answer = await ask({
          kind: 'confirm',
          subject: 'Sign-in',
          title: 'Keep your sign-in without encryption?',
          text: 'Whoever can read your files can then use Azure as you until you sign out: other programs that you run, administrators of this computer, and whoever gets a copy of its disk or of a backup.',
          lines: ['A file in the app’s own folder, readable by your user only'],
          confirmLabel: 'Keep it',
          tone: 'danger',
        });
        if (answer.kind !== 'accepted') return ok(false);
      }
      const saved = await identity.setPlainCache(isOn);
      if (!saved.ok) return saved;
      // What the start has said of it is no longer true.
      state.remove('notices', ['no-keyring', 'plain-tokens']);
      return ok(true);
    },
  };
}
