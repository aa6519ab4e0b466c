import { create } from 'zustand';
import type { Notice } from '../../shared/state.ts';
import type { TabsState } from './tabs.ts';

/** The inline form for a saved connection on a machine's page: a new one, or the one with this id. */
export interface ProfileFormState {
  readonly vmId: string;
  readonly profileId: string | null;
}

/** A part of the window that was asked to open the options of a connection. */
export interface ConnectOptionsRequest {
  readonly vmId: string;
  readonly protocol: 'ssh' | 'rdp';
}

/** A notice of this window, perhaps with something to do about it. */
export interface LocalNotice extends Notice {
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** What the panel at the bottom can show. */
export const panelTabs = ['transfers', 'tunnels', 'activity'] as const;
export type PanelTab = (typeof panelTabs)[number];

/** What only this window knows: nothing here is worth keeping when it closes. */
export interface UiState extends TabsState {
  readonly filter: string;
  /** What the user has opened or closed in the tree; the rest follows the defaults. */
  readonly expansion: ReadonlyMap<string, boolean>;
  /** The same while a filter is typed, where everything is open by default. */
  readonly filterExpansion: ReadonlyMap<string, boolean>;
  /** The row of the tree that has the focus, or had it last. */
  readonly focusedRow: { readonly id: string; readonly index: number } | null;
  readonly isSidebarOpen: boolean;
  /** In a small window the list lies over a session's page, and is closed until it is asked for. */
  readonly isDrawerOpen: boolean;
  readonly isPanelOpen: boolean;
  readonly panelTab: PanelTab;
  /** The panel takes most of the window, for a look at details. */
  readonly isPanelTall: boolean;
  /** The machine for which the Tunnel… dialog is open. */
  readonly tunnelDialogVmId: string | null;
  readonly isSettingsOpen: boolean;
  readonly isAccountsOpen: boolean;
  readonly isHostsOpen: boolean;
  readonly profileForm: ProfileFormState | null;
  readonly connectOptions: ConnectOptionsRequest | null;
  /** The saved connection whose deletion waits for a yes. */
  readonly deletingProfileId: string | null;
  /** What was asked for in this window and went wrong, or can be undone. */
  readonly localNotices: readonly LocalNotice[];
  readonly isPaletteOpen: boolean;
}

/** The window's own state. */
export const useUi = create<UiState>(() => ({
  tabs: [],
  activeId: null,
  filter: '',
  expansion: new Map(),
  filterExpansion: new Map(),
  focusedRow: null,
  isSidebarOpen: true,
  isDrawerOpen: false,
  isPanelOpen: false,
  panelTab: 'transfers',
  isPanelTall: false,
  tunnelDialogVmId: null,
  isSettingsOpen: false,
  isAccountsOpen: false,
  isHostsOpen: false,
  profileForm: null,
  connectOptions: null,
  deletingProfileId: null,
  localNotices: [],
  isPaletteOpen: false,
}));
