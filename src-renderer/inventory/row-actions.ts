import type { Profile } from '../../shared/profile.ts';
import {
  connectFirst,
  connectProfile,
  copyText,
  openAccounts,
  openVm,
  reportError,
  run,
} from '../state/actions.ts';
import { currentState } from '../state/app-store.ts';
import { isAboutSignIn } from '../account/trouble-words.ts';
import { bridge } from '../state/bridge.ts';
import { useUi } from '../state/ui-store.ts';
import type { ContextMenuItem } from '../ui/context-menu-store.ts';
import { lastPart } from '../ui/format.ts';
import { groupResourceId } from './group-id.ts';
import { machineMenu, openProfileForm } from './machine-menu.ts';
import type { TreeRow } from './tree-row.ts';
import { setExpanded } from './tree-state.ts';

/** What a click on a row, or Enter, does. */
export function openRow(row: TreeRow): void {
  switch (row.kind) {
    case 'vm':
      openVm(row.vm.id);
      return;
    case 'absent':
      openVm(row.vmId);
      return;
    case 'profile':
      void connectProfile(row.profile.id);
      return;
    case 'section':
    case 'saved':
    case 'folder':
    case 'tenant':
    case 'subscription':
    case 'group':
      setExpanded(row.id, row.isExpanded !== true);
      return;
    case 'problem':
      // The list of accounts says the same at length, with what can be done.
      if (isAboutSignIn(row.error.code)) openAccounts();
      else reportError(row.error);
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

function profileItems(profile: Profile): ContextMenuItem[] {
  const armId = currentState()?.vms[profile.vmId.toLowerCase()]?.armId ?? profile.vmId;
  return [
    { kind: 'action', label: 'Connect', run: () => void connectProfile(profile.id) },
    { kind: 'separator' },
    { kind: 'action', label: 'Open machine page', run: () => openVm(profile.vmId) },
    { kind: 'action', label: 'Edit…', run: () => openProfileForm(profile.vmId, profile.id) },
    { kind: 'action', label: 'Delete…', run: () => useUi.setState({ deletingProfileId: profile.id }) },
    { kind: 'separator' },
    { kind: 'action', label: 'Copy resource ID', run: () => copyText(armId) },
  ];
}

const recentMenu: RowMenu = {
  label: 'Actions for Recent',
  items: [
    {
      kind: 'action',
      label: 'Clear Recent',
      run: () => void run(bridge().calls['preferences:clear-recents'](null)),
    },
  ],
};

/** The menu of a resource group or a scale set; null for other rows with a name. */
function groupMenu(row: TreeRow & { readonly name: string }): RowMenu | null {
  const id = groupResourceId(row);
  if (id === null) return null;
  return {
    label: `Actions for ${row.name}`,
    items: [
      { kind: 'action', label: 'Copy name', run: () => copyText(row.name) },
      { kind: 'action', label: 'Copy resource ID', run: () => copyText(id) },
    ],
  };
}

interface RowMenu {
  readonly label: string;
  readonly items: readonly ContextMenuItem[];
}

/** The context menu of a row; null where there is none. */
export function rowMenu(row: TreeRow): RowMenu | null {
  switch (row.kind) {
    case 'vm':
      return { label: `Actions for ${row.vm.name}`, items: machineMenu(row.vm.id) };
    case 'absent':
      return { label: `Actions for ${lastPart(row.vmId)}`, items: machineMenu(row.vmId) };
    case 'profile':
      return { label: `Actions for ${row.profile.name}`, items: profileItems(row.profile) };
    case 'subscription':
      return {
        label: `Actions for ${row.subscription.name}`,
        items: [
          { kind: 'action', label: 'Copy subscription ID', run: () => copyText(row.subscription.id) },
          {
            kind: 'action',
            label: 'Copy resource ID',
            run: () => copyText(`/subscriptions/${row.subscription.id}`),
          },
          { kind: 'action', label: 'Copy name', run: () => copyText(row.subscription.name) },
        ],
      };
    case 'tenant':
      return {
        label: `Actions for ${row.tenant.name}`,
        items: [{ kind: 'action', label: 'Copy directory ID', run: () => copyText(row.tenant.id) }],
      };
    case 'group':
      return groupMenu(row);
    case 'section':
      return row.section === 'recent' ? recentMenu : groupMenu(row);
    default:
      return null;
  }
}
