import { usualPreferences } from './preferences.ts';
import { initialIdentity } from './account.ts';
import { type AppState, usualSettings } from './state.ts';

/** The state of an app that has just started. */
export function initialState(facts: Pick<AppState, 'cloud' | 'platform' | 'version'>): AppState {
  return {
    ...facts,
    account: { kind: 'restoring' },
    signInFlow: { kind: 'none', error: null },
    identity: initialIdentity,
    accounts: {},
    inventory: { state: 'idle', tenants: [], subscriptions: [], refreshedAtMs: null, error: null },
    settings: usualSettings,
    preferences: usualPreferences,
    vms: {},
    reach: {},
    details: {},
    sessions: {},
    transfers: {},
    tunnels: {},
    activity: {},
    profiles: {},
    notices: {},
  };
}
