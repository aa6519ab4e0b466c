import type { VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';
import {
  connectFirst,
  connectProfile,
  connectRdp,
  connectSsh,
  copyText,
  openAccounts,
  openTunnelDialog,
  openVm,
  reportError,
  run,
} from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { useUi } from '../state/ui-store.ts';
import type { ContextMenuItem } from '../ui/context-menu-store.ts';
import { powerShape } from './filter.ts';
import { setExpanded } from './tree-state.ts';
import type { TreeRow } from './tree-row.ts';

/** Powers a machine on; asked in the trust window. */
export function startVm(vmId: string): void {
  void run(bridge().calls['vm:power']({ vmId, action: 'start' }));
}

/** Opens the form for a new saved connection on a machine's page. */
export function openProfileForm(vmId: string, profileId: string | null): void {
  openVm(vmId);
  useUi.setState({ profileForm: { vmId, profileId } });
}

/** What a click on a row, or Enter, does. */
export function openRow(row: TreeRow): void {
  switch (row.kind) {
    case 'vm':
      openVm(row.vm.id);
      return;
    case 'profile':
      void connectProfile(row.profile.id);
      return;
    case 'saved':
    case 'folder':
    case 'tenant':
    case 'subscription':
    case 'group':
      setExpanded(row.id, row.isExpanded !== true);
      return;
    case 'problem':
      // The list of accounts says the same at length, with what can be done.
      if (row.repair === null) reportError(row.error);
      else openAccounts();
      return;
    case 'note':
    case 'skeleton':
  }
}

/** What a double click on a row, or Ctrl/⌘ Enter, does. */
export function connectRow(row: TreeRow): void {
  if (row.kind === 'vm') void connectFirst(row.vm.id);
  if (row.kind === 'profile') void connectProfile(row.profile.id);
}

function vmItems(vm: VmSummary): ContextMenuItem[] {
  const ssh: ContextMenuItem = {
    kind: 'action',
    label: 'Connect SSH',
    run: () => void connectSsh({ vmId: vm.id }),
  };
  const rdp: ContextMenuItem = {
    kind: 'action',
    label: 'Connect RDP',
    run: () => void connectRdp({ vmId: vm.id }),
  };
  const isOff = powerShape(vm.power) === 'off';
  return [
    ...(vm.os === 'windows' ? [rdp, ssh] : [ssh, rdp]),
    { kind: 'action', label: 'Tunnel…', run: () => openTunnelDialog(vm.id) },
    ...(isOff ? [{ kind: 'action', label: 'Start', run: () => startVm(vm.id) } as const] : []),
    { kind: 'separator' },
    { kind: 'action', label: 'Open page', run: () => openVm(vm.id) },
    { kind: 'action', label: 'Save as profile…', run: () => openProfileForm(vm.id, null) },
    { kind: 'separator' },
    { kind: 'action', label: 'Copy name', run: () => copyText(vm.name) },
    { kind: 'action', label: 'Copy resource ID', run: () => copyText(vm.armId) },
  ];
}

function profileItems(profile: Profile): ContextMenuItem[] {
  return [
    { kind: 'action', label: 'Connect', run: () => void connectProfile(profile.id) },
    { kind: 'separator' },
    { kind: 'action', label: 'Open machine page', run: () => openVm(profile.vmId) },
    { kind: 'action', label: 'Edit…', run: () => openProfileForm(profile.vmId, profile.id) },
    { kind: 'action', label: 'Delete…', run: () => useUi.setState({ deletingProfileId: profile.id }) },
  ];
}

/** The context menu of a row; null where there is none. */
export function rowMenu(
  row: TreeRow,
): { readonly label: string; readonly items: readonly ContextMenuItem[] } | null {
  switch (row.kind) {
    case 'vm':
      return { label: `Actions for ${row.vm.name}`, items: vmItems(row.vm) };
    case 'profile':
      return { label: `Actions for ${row.profile.name}`, items: profileItems(row.profile) };
    case 'subscription':
      return {
        label: `Actions for ${row.subscription.name}`,
        items: [
          { kind: 'action', label: 'Copy subscription ID', run: () => copyText(row.subscription.id) },
          { kind: 'action', label: 'Copy name', run: () => copyText(row.subscription.name) },
        ],
      };
    default:
      return null;
  }
}
