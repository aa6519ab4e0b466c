import type { z } from 'zod';
import type { AppError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import type { connectRdpSchema, connectSshSchema } from '../../shared/session.ts';
import type { AppState, Settings } from '../../shared/state.ts';
import { currentState, useMirror } from './app-store.ts';
import { bridge } from './bridge.ts';
import { closeTab, followSessions, neighbourTab, showSession, showVm, type Tab, tabId } from './tabs.ts';
import { type PanelTab, useUi } from './ui-store.ts';

type ConnectSsh = z.infer<typeof connectSshSchema>;
type ConnectRdp = z.infer<typeof connectRdpSchema>;

let noticeCount = 0;

/** Shows a failed call as a bar under the title bar. */
export function reportError(error: AppError): void {
  noticeCount += 1;
  const notice = {
    id: `local-${noticeCount}`,
    tone: 'error' as const,
    text: `${error.message} ${error.next}`,
    detail: error.detail ?? '',
  };
  useUi.setState((ui) => ({ localNotices: [...ui.localNotices.slice(-3), notice] }));
}

/** Offers to take back what was just done; there is one such offer at a time. */
export function offerUndo(text: string, undo: () => void): void {
  const notice = {
    id: 'undo',
    tone: 'info' as const,
    text,
    detail: '',
    action: { label: 'Undo', run: undo },
  };
  useUi.setState((ui) => ({
    localNotices: [...ui.localNotices.filter((other) => other.id !== notice.id), notice],
  }));
}

/** Waits for a call whose answer nobody needs and shows its failure. */
export async function run(call: Promise<Result<unknown>>): Promise<boolean> {
  const result = await call;
  if (!result.ok) reportError(result.error);
  return result.ok;
}

/** Shows a machine's page and loads what it shows. */
export function openVm(vmId: string): void {
  useUi.setState((ui) => ({
    ...showVm(ui, vmId),
    profileForm: ui.profileForm?.vmId === vmId ? ui.profileForm : null,
  }));
}

/** Loads routes and checks of a machine; `force` runs them again. */
export function loadVm(vmId: string, force: boolean): void {
  void run(bridge().calls['vm:load']({ vmId, force }));
}

/** Opens the options of a connection on the machine's page. */
export function openConnectOptions(vmId: string, protocol: 'ssh' | 'rdp'): void {
  openVm(vmId);
  useUi.setState({ connectOptions: { vmId, protocol } });
}

/** Shows the tab of a session that was just opened, or why it was not. */
export function showOpened(result: Result<{ readonly id: string }>): boolean {
  if (!result.ok) {
    reportError(result.error);
    return false;
  }
  useUi.setState((ui) => showSession(ui, result.value.id));
  return true;
}

/** Connects by SSH; asks for the user name on the machine's page if nobody knows it. */
export async function connectSsh(request: ConnectSsh): Promise<boolean> {
  const result = await bridge().calls['session:connect-ssh'](request);
  if (!result.ok && result.error.code === 'ssh-user-needed') {
    openConnectOptions(request.vmId, 'ssh');
    return false;
  }
  return showOpened(result);
}

/** Connects by Remote Desktop; asks for the user name on the machine's page if it is needed. */
export async function connectRdp(request: ConnectRdp): Promise<boolean> {
  const result = await bridge().calls['session:connect-rdp'](request);
  if (!result.ok && result.error.code === 'ssh-user-needed') {
    openConnectOptions(request.vmId, 'rdp');
    return false;
  }
  return showOpened(result);
}

/** The action that a double click does: SSH, or Remote Desktop for Windows. */
export async function connectFirst(vmId: string): Promise<boolean> {
  const os = currentState()?.vms[vmId]?.os;
  return os === 'windows' ? await connectRdp({ vmId }) : await connectSsh({ vmId });
}

/** Connects as a saved connection says. */
export async function connectProfile(id: string): Promise<boolean> {
  return showOpened(await bridge().calls['profile:connect']({ id }));
}

/** Shows the tab with this id. */
export function activateTab(id: string): void {
  useUi.setState({ activeId: id });
}

/** Shows the next or the previous tab. */
export function stepTab(distance: 1 | -1): void {
  useUi.setState((ui) => ({ activeId: neighbourTab(ui, distance) }));
}

/** Closes a tab, and with it its session. */
export function dismissTab(tab: Tab): void {
  useUi.setState((ui) => closeTab(ui, tabId(tab)));
  if (tab.kind === 'session') void run(bridge().calls['session:close']({ id: tab.sessionId }));
}

/** Closes the tab on screen. */
export function dismissActiveTab(): void {
  const ui = useUi.getState();
  const tab = ui.tabs.find((open) => tabId(open) === ui.activeId);
  if (tab !== undefined) dismissTab(tab);
}

/** Makes the tabs follow the sessions that main reports. Returns the function that ends it. */
export function connectTabs(): () => void {
  let before: ReadonlySet<string> = new Set();
  let sessions: AppState['sessions'] | undefined;
  return useMirror.subscribe(({ snapshot }) => {
    if (snapshot === null || snapshot.state.sessions === sessions) return;
    sessions = snapshot.state.sessions;
    const now = new Set(Object.keys(sessions));
    useUi.setState((ui) => followSessions(ui, before, now));
    before = now;
  });
}

/** Shows a part of the panel at the bottom. */
export function showPanel(panelTab: PanelTab): void {
  useUi.setState({ isPanelOpen: true, panelTab });
}

/** Shows a part of the panel, or hides the panel if that part is on screen. */
export function togglePanel(panelTab: PanelTab): void {
  useUi.setState((ui) => ({ isPanelOpen: !ui.isPanelOpen || ui.panelTab !== panelTab, panelTab }));
}

/** Opens the Tunnel… dialog of a machine. */
export function openTunnelDialog(vmId: string): void {
  useUi.setState({ tunnelDialogVmId: vmId });
}

/** Opens the settings. */
export function openSettings(): void {
  useUi.setState({ isSettingsOpen: true });
}

/** Opens the search over everything. */
export function openPalette(): void {
  useUi.setState({ isPaletteOpen: true });
}

/** Puts text into the clipboard. */
export function copyText(text: string): void {
  void run(bridge().calls['clipboard:write']({ text }));
}

/** Reads all subscriptions and machines again. */
export function refreshInventory(): void {
  void run(bridge().calls['inventory:refresh'](null));
}

/** Opens the list of accounts. */
export function openAccounts(): void {
  useUi.setState({ isAccountsOpen: true });
}

/** Signs somebody in, beside those who are. How it goes, and why it failed, is in the state of the sign-in. */
export function signIn(method: 'browser' | 'device-code'): void {
  void bridge().calls['account:sign-in']({ method });
}

/** Ends the sign-in that is under way. */
export function cancelSignIn(): void {
  void run(bridge().calls['account:cancel-sign-in'](null));
}

/** Signs an account in again, for one directory or as a whole; the list of accounts shows how it goes. */
export function repairAccount(accountId: string, tenantId: string | null): void {
  openAccounts();
  void bridge().calls['account:repair']({ accountId, tenantId });
}

/** Saves a changed setting beside those that stay. */
export function saveSettings(change: Partial<Settings>): void {
  const settings = currentState()?.settings;
  if (settings !== undefined) void run(bridge().calls['settings:save']({ ...settings, ...change }));
}
