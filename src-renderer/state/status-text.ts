import type { AppState } from '../../shared/state.ts';
import { stepText } from '../session/session-words.ts';
import { transferTitle } from '../transfers/transfer-words.ts';
import { plural } from '../ui/format.ts';

/** What is happening now, in plain words: the one thing that matters most, or that nothing does. */
export function statusText(state: AppState): string {
  if (state.account.kind !== 'signed-in')
    return state.account.kind === 'signed-out' ? 'Not signed in' : 'Signing in';
  const connecting = Object.values(state.sessions).find((session) => session.state.kind === 'connecting');
  if (connecting !== undefined) {
    const step = connecting.steps.find((entry) => entry.state === 'running');
    const at = step === undefined ? '' : `: ${stepText(step.name, connecting.kind)}`;
    return `Connecting to ${connecting.vmName}${at}`;
  }
  const lost = Object.values(state.sessions).find((session) => session.retry !== null);
  if (lost !== undefined) return `Lost ${lost.vmName}, connecting again soon`;
  const opening = Object.values(state.tunnels).find((tunnel) => tunnel.state.kind === 'opening');
  if (opening !== undefined) return `Opening a tunnel to ${opening.vmName}`;
  const uploads = Object.values(state.transfers);
  const running = uploads.filter((transfer) => transfer.state.kind === 'running');
  const [first] = running;
  if (first !== undefined) {
    return running.length > 1
      ? `Uploading ${plural(running.length, 'drop')}`
      : `Uploading ${transferTitle(first)}`;
  }
  if (uploads.some((transfer) => transfer.state.kind === 'verifying')) return 'Verifying an upload';
  if (uploads.some((transfer) => transfer.state.kind === 'scanning')) return 'Counting dropped files';
  if (state.inventory.state === 'loading') return 'Reading subscriptions and machines';
  if (Object.values(state.details).some((detail) => detail.state === 'loading')) return 'Running checks';
  if (state.inventory.state === 'failed') return 'The list of machines could not be read';
  const failed = state.inventory.tenants.filter((tenant) => tenant.state === 'failed').length;
  if (failed > 0) return `${plural(failed, 'directory', 'directories')} could not be read`;
  return 'Ready';
}

/** How many sessions are live. */
export function liveSessionCount(state: AppState): number {
  return Object.values(state.sessions).filter((session) => session.state.kind === 'open').length;
}
