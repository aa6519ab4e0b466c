import type { VmSummary } from '../../shared/inventory.ts';
import type { AppState } from '../../shared/state.ts';
import { removeHost } from '../hosts/remove-host.ts';
import { connectRdp, connectSsh, copyText, openTunnelDialog, openVm } from '../state/actions.ts';
import { currentState } from '../state/app-store.ts';
import { isFavourite, toggleFavourite } from '../state/favourites.ts';
import { useUi } from '../state/ui-store.ts';
import type { ContextMenuItem } from '../ui/context-menu-store.ts';
import { azCommand, sshCommand } from './copy-lines.ts';
import { powerItems } from './power-actions.ts';

/** Opens the form for a new saved connection on a machine's page. */
export function openProfileForm(vmId: string, profileId: string | null): void {
  openVm(vmId);
  useUi.setState({ profileForm: { vmId, profileId } });
}

const separator = { kind: 'separator' } as const;

function connectItems(vm: VmSummary): readonly ContextMenuItem[] {
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
  return [
    ...(vm.os === 'windows' ? [rdp, ssh] : [ssh, rdp]),
    { kind: 'action', label: 'Tunnel…', run: () => openTunnelDialog(vm.id) },
  ];
}

function copyItem(label: string, text: string | null, reason: string): ContextMenuItem {
  return text === null || text === ''
    ? { kind: 'action', label, isDisabled: true, reason, run: () => undefined }
    : { kind: 'action', label, run: () => copyText(text) };
}

function copyItems(vm: VmSummary, state: AppState): readonly ContextMenuItem[] {
  return [
    copyItem('Copy name', vm.name, ''),
    copyItem('Copy private IP', vm.privateIp, 'not known'),
    // A host by address is no resource of Azure.
    ...(vm.kind === 'host' ? [] : [copyItem('Copy resource ID', vm.armId, 'not known')]),
    ...(vm.os === 'windows'
      ? []
      : [copyItem('Copy as ssh command', sshCommand(vm, state), 'needs an open tunnel to port 22')]),
    copyItem('Copy as az command', azCommand(vm, state), 'no Bastion known'),
  ];
}

/** Everything that can be done with a machine, by any way to its menu: the tree, a tab, the palette. */
export function machineMenu(vmId: string): readonly ContextMenuItem[] {
  const state = currentState();
  const favourite: ContextMenuItem = {
    kind: 'action',
    label: isFavourite(vmId) ? 'Remove from favourites' : 'Add to favourites',
    run: () => void toggleFavourite(vmId),
  };
  const vm = state?.vms[vmId];
  // What is not in the list can still be told apart by its id.
  if (state === null || vm === undefined)
    return [favourite, separator, copyItem('Copy resource ID', vmId, '')];
  return [
    ...connectItems(vm),
    ...powerItems(vm),
    separator,
    { kind: 'action', label: 'Open page', run: () => openVm(vm.id) },
    { kind: 'action', label: 'Save as profile…', run: () => openProfileForm(vm.id, null) },
    favourite,
    ...(vm.kind === 'host'
      ? [{ kind: 'action', label: 'Remove from the list', run: () => void removeHost(vm) } as const]
      : []),
    separator,
    ...copyItems(vm, state),
  ];
}
