import { appError } from '../../shared/errors.ts';
import type { windowChannels } from '../../shared/ipc.ts';
import type { NetworkSettings } from '../../shared/network.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Services } from '../compose.ts';
import { readCaFile } from '../net/trust.ts';
import type { LocalData } from '../profiles/local-data.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AskTrust } from '../trust.ts';
import type { Handlers } from './serve-channels.ts';

interface Needs {
  readonly services: Services;
  readonly state: StateStore;
  readonly localData: LocalData;
  readonly ask: AskTrust;
  readonly chooseCaFile: () => Promise<string | null>;
}

type Channels = Pick<
  typeof windowChannels,
  'network:set-proxy' | 'network:choose-ca-file' | 'network:forget-ca-file' | 'network:sign-in-to-proxy'
>;

/**
 * What the page may ask of the network. Whoever controls proxy and authorities reads everything, so each change is
 * confirmed in the trust window, and the page names neither a file nor a password.
 */
export function networkHandlers({
  services,
  state,
  localData,
  ask,
  chooseCaFile,
}: Needs): Handlers<Channels> {
  const save = async (change: Partial<NetworkSettings>): Promise<Result<null>> => {
    const { settings } = state.current;
    const changed = { ...settings, network: { ...settings.network, ...change } };
    const saved = await localData.saveSettings(changed);
    if (!saved.ok) return saved;
    state.set('settings', changed);
    services.network.forgetConnections();
    return saved;
  };
  const isWanted = async (title: string, text: string, lines: string[]): Promise<boolean> => {
    const prompt = { kind: 'confirm', subject: 'Network', title, text, lines } as const;
    const answer = await ask({ ...prompt, confirmLabel: 'Use it', tone: 'danger' });
    return answer.kind === 'accepted';
  };
  return {
    'network:set-proxy': async (proxy) => {
      if (proxy.kind === 'manual') {
        const text = 'Everything that Sallyport sends will go through this proxy.';
        if (!(await isWanted('Use this proxy?', text, [proxy.url]))) return ok(false);
      }
      const saved = await save({ proxy });
      return saved.ok ? ok(true) : saved;
    },
    'network:choose-ca-file': async () => {
      const path = await chooseCaFile();
      if (path === null) return ok(null);
      const read = await readCaFile(path);
      if (!read.ok) return read;
      const text =
        'Whoever holds one of its keys can read everything that Sallyport sends. It holds from the next start of the app.';
      if (!(await isWanted('Trust these certificate authorities?', text, [path]))) return ok(null);
      const saved = await save({ caFile: path });
      return saved.ok ? ok(path) : saved;
    },
    'network:forget-ca-file': () => save({ caFile: null }),
    'network:sign-in-to-proxy': async ({ host, port, user }) => {
      const { proxySignIns } = services.network;
      if (user === '') return proxySignIns.set(host, port, null);
      const answer = await ask({
        kind: 'secret',
        subject: `${host}:${port}`,
        title: `Password for the proxy ${host}:${port}`,
        prompt: `Password of ${user}`,
        fromServer: false,
        echo: false,
      });
      if (answer.kind !== 'accepted')
        return err(appError('proxy-auth-needed', { detail: `${host}:${port}` }));
      return proxySignIns.set(host, port, { user, password: answer.secret });
    },
  };
}
