import { appError } from '../../shared/errors.ts';
import type { windowChannels } from '../../shared/ipc.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Settings } from '../../shared/state.ts';
import { describeForHelp } from '../activity/diagnostics.ts';
import type { Services } from '../compose.ts';
import { openLink } from '../desktop/open-link.ts';
import type { Log } from '../log/logger.ts';
import type { LocalData } from '../profiles/local-data.ts';
import type { TerminalPort } from '../sessions/terminal-stream.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AskTrust } from '../trust.ts';
import { accountHandlers } from './account-handlers.ts';
import { inventoryHandlers } from './inventory-handlers.ts';
import { networkHandlers } from './network-handlers.ts';
import { preferenceHandlers } from './preference-handlers.ts';
import type { Handlers } from './serve-channels.ts';

interface Needs {
  readonly services: Services;
  readonly state: StateStore;
  readonly localData: LocalData;
  readonly ask: AskTrust;
  readonly log: Log;
  readonly chooseKeyFile: () => Promise<string | null>;
  readonly chooseCaFile: () => Promise<string | null>;
  readonly openExternal: (url: string) => Promise<void>;
  readonly makeTerminalPort: (sessionId: string) => TerminalPort;
  readonly writeClipboard: (text: string) => void;
  /** Named in diagnostics. */
  readonly runtime: { readonly electron: string; readonly os: string };
  /** Makes both windows light or dark; the trust window has no settings of its own. */
  readonly applyTheme: (theme: Settings['theme']) => void;
  readonly paste: () => void;
  /** Ends the app in order and starts it again. */
  readonly restart: () => void;
}

const nothing = ok(null);

/** What the big window may ask for, by channel. */
export function windowHandlers(needs: Needs): Handlers<typeof windowChannels> {
  const { services, state, ask, log } = needs;
  const { details, sessions, transfers, profiles, tunnels } = services;
  return {
    'state:get': () => ok(state.snapshot()),
    'vm:load': ({ vmId, force }) => details.load(vmId, force),
    ...inventoryHandlers(services, state, log),
    'session:connect-ssh': (request) => sessions.connectSsh(request),
    'session:connect-rdp': (request) => sessions.connectRdp(request),
    'session:reconnect': ({ id }) => sessions.reconnect(id),
    'session:disconnect': ({ id }) => sessions.disconnect(id),
    'session:close': async ({ id }) => {
      await transfers.cancelAll(id);
      return sessions.close(id);
    },
    'terminal:attach': ({ id }) => sessions.attach(id, () => needs.makeTerminalPort(id)),
    'key:list': async () => ok([...(await services.keys.list())]),
    'key:choose': async () => {
      const path = await needs.chooseKeyFile();
      if (path !== null) await services.keys.add(path);
      return ok(path);
    },
    'host-key:forget': ({ sessionId }) => forgetHostKey(needs, sessionId),
    'transfer:start': ({ id, directory }) => transfers.start(id, directory),
    'transfer:cancel': ({ id }) => transfers.cancel(id),
    'transfer:dismiss': ({ id }) => transfers.dismiss(id),
    'transfer:files': ({ id, offset, limit }) => transfers.files(id, offset, limit),
    'tunnel:suggest': ({ vmId }) => tunnels.suggest(vmId),
    'tunnel:open': (draft) => tunnels.open(draft),
    'tunnel:start': ({ id }) => tunnels.start(id),
    'tunnel:stop': ({ id }) => tunnels.stop(id),
    'tunnel:remove': ({ id }) => tunnels.remove(id),
    'tunnel:allow': ({ id, uid }) => tunnels.allow(id, uid),
    'tunnel:in-view': ({ vmId }) => {
      services.warmView.show(state.current.preferences.warmUp === 'on' ? vmId : null);
      return nothing;
    },
    'activity:copy-diagnostics': () => {
      needs.writeClipboard(describeForHelp(state.current, needs.runtime));
      return nothing;
    },
    'activity:clear': () => {
      services.activity.clear();
      return nothing;
    },
    'profile:save': async ({ id, draft }) => {
      if (draft.keyPath !== null && !(await services.keys.isKnown(draft.keyPath))) {
        return err(appError('ssh-key-unreadable', { detail: draft.keyPath }));
      }
      return profiles.save(id, draft);
    },
    'profile:delete': ({ id }) => profiles.delete(id),
    'profile:connect': ({ id }) => connectProfile(services, id),
    'settings:save': async (wanted) => {
      const settings = {
        ...wanted,
        network: state.current.settings.network,
        identity: state.current.settings.identity,
      };
      const saved = await needs.localData.saveSettings(settings);
      if (!saved.ok) return saved;
      state.set('settings', settings);
      needs.applyTheme(settings.theme);
      return nothing;
    },
    ...accountHandlers(needs),
    ...networkHandlers(needs),
    ...preferenceHandlers(services),
    'notice:dismiss': ({ id }) => {
      state.remove('notices', [id]);
      return nothing;
    },
    'clipboard:write': ({ text }) => {
      needs.writeClipboard(text);
      return nothing;
    },
    'clipboard:paste': () => {
      needs.paste();
      return nothing;
    },
    'link:open': ({ url }) => openLink(url, ask, needs.openExternal),
  };
}

function connectProfile(
  services: Services,
  id: string,
): Promise<Result<{ id: string }>> | Result<{ id: string }> {
  const found = services.profiles.get(id);
  if (!found.ok) return found;
  const { vmId, protocol, user, method, keyPath, port } = found.value;
  if (protocol === 'rdp')
    return services.sessions.connectRdp({ vmId, port, ...(user === null ? {} : { user }) });
  return services.sessions.connectSsh({
    vmId,
    port,
    ...(user === null ? {} : { user }),
    ...(method === null ? {} : { method }),
    ...(keyPath === null ? {} : { keyPath }),
  });
}

async function forgetHostKey({ services, ask }: Needs, sessionId: string): Promise<Result<boolean>> {
  const plan = services.sessions.planOfSession(sessionId);
  if (!plan.ok) return plan;
  const { machine, vmName } = plan.value;
  const pinned = await services.hostKeys.keysOf(machine);
  const answer = await ask({
    kind: 'confirm',
    subject: vmName,
    title: `Forget the host key of ${vmName}?`,
    text: 'Do this only if whoever runs the machine has told you that its key was changed. The next connection shows the new key.',
    lines: pinned.map((key) => `${key.keyType} ${key.fingerprint}`),
    confirmLabel: 'Forget key',
    tone: 'danger',
  });
  if (answer.kind !== 'accepted') return ok(false);
  const forgotten = await services.hostKeys.forget(machine);
  return forgotten.ok ? ok(true) : forgotten;
}
