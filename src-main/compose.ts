import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Identity, IdentitySettings } from '../shared/account.ts';
import type { Power, VmSummary } from '../shared/inventory.ts';
import type { StateStore } from './state/state-store.ts';
import { Arm } from './azure/arm.ts';
import { GraphReader } from './inventory/graph-query.ts';
import { GraphQuota } from './inventory/graph-quota.ts';
import { Hosts, hostsSchema } from './inventory/hosts.ts';
import { Inventory } from './inventory/inventory.ts';
import { InventoryCache } from './inventory/inventory-cache.ts';
import { MachineFinder } from './inventory/machine-finder.ts';
import { MachinePower } from './inventory/machine-power.ts';
import { VisiblePower } from './inventory/visible-power.ts';
import { RouteChoices, routeChoicesSchema } from './checks/route-choices.ts';
import { JsonFile } from './profiles/json-file.ts';
import type { SealedFile } from './profiles/sealed-file.ts';
import type { LoadedCloud } from './azure/load-cloud.ts';
import { Accounts } from './azure/accounts/accounts.ts';
import { IdentityChoice } from './azure/accounts/identity.ts';
import { FactGatherer } from './checks/gather-facts.ts';
import { VmDetails } from './checks/vm-details.ts';
import { openSftp } from './files/sftp-connection.ts';
import { Transfers } from './files/transfers.ts';
import { ActivityLog } from './activity/activity.ts';
import { describeError, drop, type FileLog } from './log/logger.ts';
import { Network } from './net/network.ts';
import { noPolicy, type Policy } from './policy/policy.ts';
import type { LocalData } from './profiles/local-data.ts';
import { followSessions } from './preferences/follow-sessions.ts';
import { PreferenceStore } from './preferences/preference-store.ts';
import type { SecretBox } from './profiles/secret-box.ts';
import { ProfileStore } from './profiles/profile-store.ts';
import { Sessions } from './sessions/sessions.ts';
import { FifoAskpass } from './ssh/askpass-fifo.ts';
import { randomPipeName, SocketAskpass } from './ssh/askpass-socket.ts';
import { HostKeys } from './ssh/host-keys.ts';
import { KeyList } from './ssh/key-list.ts';
import { spawnPty } from './ssh/pty.ts';
import { planSignIn } from './ssh/sign-in-plan.ts';
import { SshLauncher } from './ssh/ssh-launcher.ts';
import { NetworkWatch } from './net/network-watch.ts';
import { RunFolder, sweepRuns } from './sweep/run-folder.ts';
import type { AskTrust } from './trust.ts';
import { EngineClient } from './tunnel/engine-client.ts';
import { TunnelFile } from './tunnels/tunnel-file.ts';
import { Tunnels } from './tunnels/tunnels.ts';
import { WarmView } from './tunnels/warm-view.ts';

/** How long after a sleep or a change of the network a connection may stay silent before it counts as lost. */
const answerAfterChangeMs = 5_000;

/** What only the program around the services can give. */
export interface Surroundings {
  readonly loaded: LoadedCloud;
  /** Who chose the cloud; the command line if absent. */
  readonly cloudFrom?: Identity['cloudFrom'];
  /** What the administrator of the computer has fixed; nothing if absent. */
  readonly policy?: Policy;
  readonly dataFolder: string;
  readonly workerPath: string;
  readonly executable: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly state: StateStore;
  readonly localData: LocalData;
  readonly log: FileLog;
  readonly secretBox: SecretBox;
  /** Where the inventory of the last run lies. */
  readonly inventoryFile: SealedFile;
  readonly ask: AskTrust;
  readonly openBrowser: (url: string) => Promise<void>;
  /** What the operating system says of the proxy for a URL; absent where nobody can ask it. */
  readonly systemProxy?: (url: string) => Promise<string>;
}

/** All services of the app, constructed once, in order. */
export type Services = Awaited<ReturnType<typeof compose>>;

/** The one place where services are constructed. Sweeps what killed runs have left before anything is made. */
export async function compose(around: Surroundings) {
  const { loaded, dataFolder, platform, env, state, localData, ask } = around;
  const log = new ActivityLog(around.log, state);
  const { cloud, ca } = loaded;
  const runRoot = join(dataFolder, 'run');
  await sweepRuns(runRoot, platform, log);
  const runFolder = await RunFolder.create(runRoot, platform, log);

  const network = new Network({
    settings: () => state.current.settings.network,
    systemProxy: around.systemProxy ?? null,
    ca,
    hosts: cloud.dataPlane?.hosts ?? {},
    dataFolder,
    secretBox: around.secretBox,
    platform,
    env,
    onCaFileProblem: ({ message, next, detail }) =>
      state.upsert('notices', 'ca-file', {
        id: 'ca-file',
        tone: 'warning',
        text: `${message} ${next}`,
        detail: detail ?? '',
      }),
    log,
  });
  let wasSignedIn = false;
  const accounts = new Accounts({
    choices: state.current.settings.identity.serving,
    onView: (view) => {
      state.set('account', view.account);
      state.set('signInFlow', view.flow);
      state.replaceAll('accounts', view.accounts);
    },
    onServingChanged: () => {
      // Nothing may use a token of an account that is no longer used there.
      engine.coolDown();
      arm.forgetTokens();
      const before = wasSignedIn;
      wasSignedIn = accounts.list().length > 0;
      if (!wasSignedIn) details.clear();
      if (before) drop(log, 'inventory', inventory.accountsChanged());
      else if (wasSignedIn) drop(log, 'inventory', showInventory());
      hosts.show();
    },
    log,
  });
  const identity = new IdentityChoice({
    cloud,
    cloudKey: loaded.key,
    cloudFrom: around.cloudFrom ?? 'command-line',
    policy: around.policy ?? noPolicy,
    dataFolder,
    box: around.secretBox,
    agent: network.agent('authority-unreachable'),
    openBrowser: around.openBrowser,
    accounts,
    platform,
    env,
    settings: () => state.current.settings.identity,
    saveSettings: async (change: Partial<IdentitySettings>) => {
      const { settings } = state.current;
      const changed = { ...settings, identity: { ...settings.identity, ...change } };
      const saved = await localData.saveSettings(changed);
      if (saved.ok) state.set('settings', changed);
      return saved;
    },
    onIdentity: (value) => state.set('identity', value),
    log,
  });
  const arm = new Arm({
    cloud,
    agent: network.agent('arm-unreachable'),
    token: (tenantId, claims, accountId) =>
      accountId === undefined
        ? accounts.token(tenantId, claims)
        : accounts.tokenOf(accountId, tenantId, claims),
  });
  const graph = new GraphReader({
    arm,
    quota: new GraphQuota(),
    userOf: (tenantId) => accounts.serving(tenantId) ?? tenantId,
  });
  const inventory = new Inventory({
    arm,
    graph,
    state,
    log,
    accounts,
    cache: new InventoryCache(around.inventoryFile, log),
  });
  /** The last inventory at once, then what Azure says. */
  const showInventory = async (): Promise<void> => {
    await inventory.restore();
    hosts.show();
    await inventory.refresh();
  };
  const hosts = new Hosts({
    file: new JsonFile(join(dataFolder, 'hosts.json'), hostsSchema),
    state,
    bastions: () => inventory.bastions,
    tenantOf: (subscriptionId) => inventory.tenantOf(subscriptionId),
    isServed: (tenantId) => accounts.serving(tenantId) !== null,
  });
  const finder = new MachineFinder({
    arm,
    known: (vmId) => state.current.vms[vmId],
    tenantOf: (subscriptionId) => inventory.tenantOf(subscriptionId),
    anyTenant: () => accounts.list()[0]?.homeTenantId ?? null,
    add: (vm) => inventory.pin(vm),
  });
  const visiblePower = new VisiblePower({
    graph,
    find: (vmId) => state.current.vms[vmId],
    show: (powers) => inventory.showPowers(powers),
    log,
  });
  const notePower = (vmId: string, power: Power): void => inventory.notePower(vmId, power);

  const keys = new KeyList(join(homedir(), '.ssh'), localData, state);
  const planFor = async (vm: VmSummary) =>
    planSignIn({
      os: vm.os,
      adminUsername: vm.adminUsername,
      lastSuccess: localData.lastSuccessOf(vm.id),
      hasAgent: (env['SSH_AUTH_SOCK'] ?? '') !== '',
      keyPaths: (await keys.list()).map((key) => key.path),
    });
  const routeChoices = new RouteChoices(
    new JsonFile(join(dataFolder, 'route-choices.json'), routeChoicesSchema),
  );
  const details = new VmDetails({
    state,
    gatherer: new FactGatherer({
      arm,
      tenantOf: (subscriptionId) => inventory.tenantOf(subscriptionId),
      listBastions: (tenantId) => inventory.listBastions(tenantId),
    }),
    choices: routeChoices,
    bastionOfHost: (hostId) => hosts.bastionOf(hostId),
    notePower,
    planFor,
  });

  const engine = new EngineClient({
    workerPath: around.workerPath,
    // Read when the engine's thread starts, which is after Azure has been asked: by then it is known whom to trust.
    get dataPlane() {
      return { port: cloud.dataPlane?.port ?? 443, hosts: cloud.dataPlane?.hosts ?? {}, ca: network.ca };
    },
    armToken: (tenantId, renewal) =>
      accounts.token(
        tenantId,
        renewal.kind === 'claims' ? renewal.claims : undefined,
        renewal.kind === 'forced',
      ),
    resolveProxy: network.resolveProxy,
    log,
  });
  network.onForget(() => engine.coolDown());
  const hostKeys = new HostKeys(join(dataFolder, 'known_hosts'), join(dataFolder, 'host-keys.json'));
  const launcher = new SshLauncher({
    engine,
    runFolder,
    hostKeys,
    ask,
    platform,
    env,
    openAskpass: (folder, answer, onAuthenticated) =>
      platform === 'win32'
        ? SocketAskpass.open(randomPipeName(), around.executable, answer, log)
        : FifoAskpass.open(folder, { answer, onAuthenticated, log }),
  });
  const sessions = new Sessions({
    state,
    details,
    planFor,
    token: (tenantId, claims) => accounts.token(tenantId, claims),
    launcher,
    engine,
    hostKeys,
    runFolder,
    localData,
    ask,
    spawnPty,
    platform,
    env,
    log,
    isKnownKeyPath: (path) => keys.isKnown(path),
  });
  const transfers = new Transfers({
    state,
    log,
    connect: async (sessionId, id, signal) => {
      const plan = sessions.planOfSession(sessionId);
      if (!plan.ok) return plan;
      return openSftp({ launcher, runFolder, platform }, id, plan.value, signal);
    },
  });
  const tunnels = new Tunnels({
    state,
    engine,
    details,
    file: new TunnelFile(join(dataFolder, 'tunnels.json')),
    ask,
    platform,
    log,
  });
  await tunnels.load();
  // Kept tunnels wait until it is known who is signed in and which machines there are.
  state.subscribe((patch) => {
    if (patch.values.inventory?.state !== 'ready') return;
    hosts.show();
    tunnels.openKept();
  });
  const warmView = new WarmView({
    engine,
    details,
    log,
  });
  /** After a sleep, or with other addresses: connections that are dead are found within seconds. */
  const networkChanged = (): void => {
    log.info('network-changed');
    engine.networkChanged(answerAfterChangeMs);
    accounts.networkChanged();
  };
  const networkWatch = new NetworkWatch(networkChanged);
  const power = new MachinePower({
    arm,
    ask,
    notePower,
    sessionsOf: (vmId) => sessions.liveNames(vmId),
  });
  const profiles = new ProfileStore(join(dataFolder, 'profiles.json'), state);
  await profiles.load();
  const preferences = new PreferenceStore(join(dataFolder, 'preferences.json'), state);
  await preferences.load();
  followSessions(state, (vmId) => drop(log, 'recents', preferences.visit(vmId)));
  const warnDamaged = (id: string, text: string, asidePath: string | null): void => {
    if (asidePath !== null) state.upsert('notices', id, { id, tone: 'warning', text, detail: asidePath });
  };
  warnDamaged(
    'host-keys-damaged',
    'The index of pinned host keys was damaged and has been set aside; the pinned keys themselves are still used.',
    await hostKeys.load(),
  );
  warnDamaged('hosts-damaged', 'The list of hosts was damaged and has been set aside.', await hosts.load());
  warnDamaged(
    'route-choices-damaged',
    'The list of chosen Bastions was damaged and has been set aside; the best one is used.',
    await routeChoices.load(),
  );

  /** Takes up who was signed in. If nobody is any more, what the last of them has seen is not kept either. */
  const start = async (): Promise<void> => {
    await identity.start();
    const { account } = state.current;
    if (account.kind === 'signed-out' && account.error === null) await inventory.forgetKept();
  };

  /** Ends everything in order: transfers, sessions with their tokens, the engine, what lies on disk. One that fails stops no other. */
  const dispose = async (): Promise<void> => {
    accounts.dispose();
    networkWatch.dispose();
    visiblePower.dispose();
    warmView.dispose();
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ['transfers', () => transfers.cancelAll()],
      ['sessions', () => sessions.dispose()],
      ['engine', () => engine.dispose()],
      ['inventory', () => inventory.dispose()],
      ['run folder', () => runFolder.dispose()],
      ['log', () => around.log.flush()],
    ];
    for (const [what, end] of steps) {
      await end().catch((error: unknown) => log.error('unexpected', { what, error: describeError(error) }));
    }
    network.dispose();
  };
  return {
    start,
    network,
    accounts,
    identity,
    arm,
    inventory,
    finder,
    hosts,
    power,
    visiblePower,
    details,
    sessions,
    transfers,
    tunnels,
    warmView,
    activity: log,
    networkChanged,
    profiles,
    preferences,
    hostKeys,
    keys,
    dispose,
  };
}
